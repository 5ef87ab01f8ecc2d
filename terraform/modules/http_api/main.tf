# An HTTP API with the routes of ../api. It costs less, but does not support a firewall, a resource policy (allowed
# addresses), custom gateway responses or tracing: a trace begins in the function.

locals {
  # The route for events exists only with an authorizer, because it must never be public.
  events = var.events_authorizer == null ? {} : { events = var.events_authorizer }

  route_count = length(var.sources) + length(local.handshakes) + length(local.events)

  # The throttling of each route. The keys come from the routes, because API Gateway rejects settings for a route that
  # does not exist.
  route_throttles = merge(
    { for name, route in aws_apigatewayv2_route.webhooks : route.route_key => var.sources[name].throttle },
    { for key, route in aws_apigatewayv2_route.handshakes :
      route.route_key => var.sources[local.handshakes[key].source].throttle
    },
    { for route in aws_apigatewayv2_route.events : route.route_key => var.throttle },
  )
}

# The API has no CORS configuration, because senders are servers.
resource "aws_apigatewayv2_api" "this" {
  name          = var.name
  description   = "Receives webhooks and events"
  protocol_type = "HTTP"

  # Clients that know the API's own host name must not get around the custom domain's client certificates.
  disable_execute_api_endpoint = var.domain_name != null

  # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
  lifecycle {
    precondition {
      condition     = local.route_count <= var.quota
      error_message = <<-EOT
        The HTTP API needs ${local.route_count} routes: one for each of the ${length(var.sources)} sources,
        ${length(local.handshakes)} for their handshakes, and POST /events. AWS allows ${var.quota} in the API. Request
        a higher quota for it from AWS and set api_quota, or move sources to another deployment.
      EOT
    }
  }
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

  # Each route has its own settings, and the stage has no default for all routes: AWS does not document whether the
  # requests of all sources would then share one limit. Metrics per route are billed as custom metrics, and the access
  # log has the same information.
  dynamic "route_settings" {
    for_each = local.route_throttles

    content {
      route_key                = route_settings.key
      throttling_rate_limit    = route_settings.value.rate
      throttling_burst_limit   = route_settings.value.burst
      detailed_metrics_enabled = false
    }
  }

  dynamic "access_log_settings" {
    for_each = var.access_log[*]

    content {
      destination_arn = access_log_settings.value.log_group_arn
      format          = local.access_log_format
    }
  }
}
