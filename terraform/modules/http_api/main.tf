# An HTTP API with the routes of ../api. It costs less, but does not support a firewall, custom gateway responses or
# tracing: a trace begins in the function.

locals {
  # The route for events exists only with an authorizer, because it must never be public.
  events = var.events_authorizer == null ? {} : { events = var.events_authorizer }
}

# The API has no CORS configuration, because senders are servers.
resource "aws_apigatewayv2_api" "this" {
  name          = var.name
  description   = "Receives webhooks and events"
  protocol_type = "HTTP"
}

# One integration for all routes. The function gets a body with a text type as text, and any other body in base64.
resource "aws_apigatewayv2_integration" "function" {
  api_id                 = aws_apigatewayv2_api.this.id
  integration_type       = "AWS_PROXY"
  integration_method     = "POST"
  integration_uri        = var.function.alias_invoke_arn
  payload_format_version = "2.0"

  # Longer than the function's timeout and its start, so that the gateway does not cut off a late response.
  timeout_milliseconds = (var.timeout_seconds + 2) * 1000
}

# With auto_deploy, a changed route is live at once. No deployment resource is needed.
resource "aws_apigatewayv2_stage" "this" {
  api_id      = aws_apigatewayv2_api.this.id
  name        = var.stage_name
  auto_deploy = true

  # Metrics per route are billed as custom metrics, and the access log has the same information.
  default_route_settings {
    throttling_rate_limit    = var.throttle.rate
    throttling_burst_limit   = var.throttle.burst
    detailed_metrics_enabled = false
  }

  dynamic "access_log_settings" {
    for_each = var.access_log[*]

    content {
      destination_arn = access_log_settings.value.log_group_arn
      format          = local.access_log_format
    }
  }
}
