# One line per request, with the fields of ../api. An HTTP API needs no account role: it uses the permissions of the
# role that created the stage.

locals {
  # No field contains text from the caller. `path` is the route key, such as `POST /webhooks/github`. There is no
  # `trace_id`, because HTTP APIs do not support tracing. `request_id` finds ingest's line, which has the trace id.
  access_log_fields = {
    request_id             = "$context.requestId"
    status                 = "$context.status"
    latency_ms             = "$context.responseLatency"
    integration_latency_ms = "$context.integration.latency"
    method                 = "$context.httpMethod"
    path                   = "$context.routeKey"
    ip                     = "$context.identity.sourceIp"
    error                  = "$context.error.responseType"
    integration_error      = "$context.integration.error"
  }

  # Fields that always have a number are written without quotes. The gateway writes a hyphen for a missing value.
  access_log_format = replace(
    jsonencode(local.access_log_fields), "/\"(\\$context\\.(?:status|responseLatency))\"/", "$1",
  )
}
