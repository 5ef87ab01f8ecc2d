# The same routes as ../api, by an HTTP API: cheaper, and without a firewall, gateway problems and tracing of its own. There
# is no active tracing to turn on here: the trace begins in the function.

locals {
  # The events route exists only with an authorizer: it must never be open.
  events = var.events_authorizer == null ? {} : { events = var.events_authorizer }
}

# No CORS: senders are servers.
resource "aws_apigatewayv2_api" "this" {
  name          = var.name
  description   = "Receives webhooks and events"
  protocol_type = "HTTP"
}

# One for all routes. A body of a text type is handed over as text, any other in base64.
resource "aws_apigatewayv2_integration" "function" {
  api_id                 = aws_apigatewayv2_api.this.id
  integration_type       = "AWS_PROXY"
  integration_method     = "POST"
  integration_uri        = var.function.alias_invoke_arn
  payload_format_version = "2.0"

  # Longer than the function may take, with its start: what it still answers is not cut off.
  timeout_milliseconds = (var.timeout_seconds + 2) * 1000
}

# What is changed in a route is live at once, so there is no snapshot that has to follow it.
resource "aws_apigatewayv2_stage" "this" {
  api_id      = aws_apigatewayv2_api.this.id
  name        = var.stage_name
  auto_deploy = true

  # Metrics of each route are billed as custom ones, and the routes' lines in the access log tell as much.
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
