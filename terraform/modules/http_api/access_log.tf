# A line for each request, with the fields that ../api writes. An HTTP API writes it by the rights of whoever made the stage,
# not by the account's role.

locals {
  # Nothing that a caller writes: the path is the route's key, "POST /webhooks/{source}". There is no trace_id, because an
  # HTTP API knows of no trace; request_id finds ingest's line, which has it.
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

  # Numbers are numbers where there always is one; where there may be none, the gateway writes a hyphen.
  access_log_format = replace(jsonencode(local.access_log_fields), "/\"(\\$context\\.(?:status|responseLatency))\"/", "$1")
}
