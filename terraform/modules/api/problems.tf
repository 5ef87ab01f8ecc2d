# What the gateway answers itself has the same form as what the function answers: a problem (RFC 9457) with the
# request's id, and Retry-After where the sender should come again.

locals {
  problems = {
    UNAUTHORIZED                 = { status = 401, title = "Unauthorized", detail = "The request could not be authenticated." }
    ACCESS_DENIED                = { status = 403, title = "Forbidden", detail = "The token does not allow this." }
    MISSING_AUTHENTICATION_TOKEN = { status = 404, title = "Not Found", detail = "There is no such source." }
    REQUEST_TOO_LARGE            = { status = 413, title = "Payload Too Large", detail = "The body is larger than can be queued." }
    THROTTLED                    = { status = 429, title = "Too Many Requests", detail = "The service takes no more now; send it again." }
    INTEGRATION_FAILURE          = { status = 503, title = "Service Unavailable", detail = "The service did not answer; send it again." }
    INTEGRATION_TIMEOUT          = { status = 503, title = "Service Unavailable", detail = "The service did not finish in time; send it again." }
    DEFAULT_5XX                  = { status = 503, title = "Service Unavailable", detail = "The service failed; send it again." }
  }
}

resource "aws_api_gateway_gateway_response" "this" {
  for_each = local.problems

  rest_api_id   = aws_api_gateway_rest_api.this.id
  response_type = each.key
  status_code   = each.value.status

  response_parameters = merge(
    { "gatewayresponse.header.Content-Type" = "'application/problem+json'" },
    contains([429, 503], each.value.status) ? { "gatewayresponse.header.Retry-After" = "'10'" } : {},
  )

  response_templates = {
    "application/json" = jsonencode(merge(each.value, { request_id = "$context.requestId" }))
  }
}
