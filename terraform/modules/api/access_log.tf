# One line per request, including requests that ingest never receives: throttled, too large, without a token, or for an
# unknown route. The field names are those of the functions' logs. `request_id` finds ingest's line with the details.

locals {
  # No field contains text from the caller. `path` is the path of the API's resource. `error` is the type of the
  # gateway's response: its message can quote a header that it cannot parse, and that header may contain a token.
  access_log_fields = {
    request_id             = "$context.requestId"
    trace_id               = "$context.xrayTraceId"
    status                 = "$context.status"
    latency_ms             = "$context.responseLatency"
    integration_latency_ms = "$context.integration.latency"
    method                 = "$context.httpMethod"
    path                   = "$context.resourcePath"
    ip                     = "$context.identity.sourceIp"
    error                  = "$context.error.responseType"
    integration_error      = "$context.integration.error"
  }

  # Fields that always have a number are written without quotes. The gateway writes a hyphen for a missing value.
  access_log_format = replace(
    jsonencode(local.access_log_fields), "/\"(\\$context\\.(?:status|responseLatency))\"/", "$1",
  )
}
