# Responses that the gateway returns without the function. They have the format of ingest's error responses: problem
# details (RFC 9457) with the request's id, and Retry-After if the sender should retry.

locals {
  gateway_responses = {
    UNAUTHORIZED = {
      status = 401
      title  = "Unauthorized"
      detail = "The request could not be authenticated."
    }
    ACCESS_DENIED = {
      status = 403
      title  = "Forbidden"
      detail = "This request is not allowed."
    }
    WAF_FILTERED = {
      status = 403
      title  = "Forbidden"
      detail = "This request is not allowed."
    }
    MISSING_AUTHENTICATION_TOKEN = {
      status = 404
      title  = "Not Found"
      detail = "There is no such source."
    }
    REQUEST_TOO_LARGE = {
      status = 413
      title  = "Payload Too Large"
      detail = "The body is larger than can be stored."
    }
    THROTTLED = {
      status = 429
      title  = "Too Many Requests"
      detail = "The service receives too many requests now; send the request again."
    }
    INTEGRATION_FAILURE = {
      status = 503
      title  = "Service Unavailable"
      detail = "The service did not respond; send the request again."
    }
    INTEGRATION_TIMEOUT = {
      status = 503
      title  = "Service Unavailable"
      detail = "The service did not finish in time; send the request again."
    }
    DEFAULT_5XX = {
      status = 503
      title  = "Service Unavailable"
      detail = "The service failed; send the request again."
    }
  }
}

resource "aws_api_gateway_gateway_response" "this" {
  for_each = local.gateway_responses

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
