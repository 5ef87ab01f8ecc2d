# A line for each request, also for those that ingest never sees: throttled, too large, without a token, for no route. The
# fields have the names that they have in the functions' logs; request_id finds ingest's line, which says the rest.

locals {
  # Nothing that a caller writes: the path is the route's, {source} included. So `error` is the kind of the gateway's answer
  # and not its message, which quotes a header that it cannot read, a token perhaps.
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

  # Numbers are numbers where there always is one; where there may be none, the gateway writes a hyphen.
  access_log_format = replace(jsonencode(local.access_log_fields), "/\"(\\$context\\.(?:status|responseLatency))\"/", "$1")
}
