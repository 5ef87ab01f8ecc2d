# Resources, methods and integrations are separate resources instead of one OpenAPI body, so that a plan shows which
# route changes.

locals {
  # The route for events exists only with an authorizer, because it must never be public.
  events = var.events_authorizer == null ? {} : { events = var.events_authorizer }
}

# All media types are binary, so the function gets each body in base64 and decodes the exact bytes that were signed.
resource "aws_api_gateway_rest_api" "this" {
  # checkov:skip=CKV_AWS_237: a replaced API has a new URL, which every sender must learn; a replacement must be visible
  name               = var.name
  description        = "Receives webhooks and events"
  binary_media_types = ["*/*"]

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

# A deployment is a snapshot of the API. The trigger contains each value that needs a new snapshot, and no value that
# AWS computes.
#
# Terraform destroys a removed route after it has created the new snapshot, so the stage has the route until the next
# deployment. The route does not work meanwhile: its permission, and for events its user pool, no longer exist.
resource "aws_api_gateway_deployment" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id

  triggers = {
    snapshot = sha1(jsonencode([
      aws_api_gateway_rest_api.this.binary_media_types,
      [aws_api_gateway_resource.webhooks.path, aws_api_gateway_resource.source.path],
      [aws_api_gateway_method.webhooks.id, aws_api_gateway_method.webhooks.authorization],
      [aws_api_gateway_integration.webhooks.id, aws_api_gateway_integration.webhooks.uri],
      [for authorizer in aws_api_gateway_authorizer.events : [authorizer.id, authorizer.provider_arns]],
      [for resource in aws_api_gateway_resource.events : resource.path],
      [for method in aws_api_gateway_method.events : [method.id, method.authorization, method.authorization_scopes]],
      [for integration in aws_api_gateway_integration.events : [integration.id, integration.uri]],
      [
        for response in aws_api_gateway_gateway_response.this :
        [response.status_code, response.response_parameters, response.response_templates]
      ],
    ]))
  }

  lifecycle {
    create_before_destroy = true # the stage uses the old deployment until the new one exists
  }
}

resource "aws_api_gateway_stage" "this" {
  # checkov:skip=CKV_AWS_120: a response to a webhook must not come from a cache
  # checkov:skip=CKV2_AWS_4: an execution log repeats the access log and ingest's log, and contains parts of requests
  # checkov:skip=CKV2_AWS_29: a firewall costs more than the rest of the service and cannot check signatures
  # checkov:skip=CKV2_AWS_51: a client certificate identifies API Gateway to an HTTP backend; this backend is a function
  rest_api_id          = aws_api_gateway_rest_api.this.id
  deployment_id        = aws_api_gateway_deployment.this.id
  stage_name           = var.stage_name
  xray_tracing_enabled = true

  dynamic "access_log_settings" {
    for_each = var.access_log[*]

    content {
      destination_arn = access_log_settings.value.log_group_arn
      format          = local.access_log_format
    }
  }
}

# Throttling only. A logging level would also write an execution log, which contains parts of requests.
resource "aws_api_gateway_method_settings" "this" {
  # checkov:skip=CKV_AWS_225: see CKV_AWS_120
  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  method_path = "*/*"

  settings {
    throttling_rate_limit  = var.throttle.rate
    throttling_burst_limit = var.throttle.burst
  }
}
