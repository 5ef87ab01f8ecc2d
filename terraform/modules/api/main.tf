# Resources, methods and integrations stand one by one, not as an OpenAPI body: a plan then shows which route changes.

locals {
  # The events route exists only with an authorizer: it must never be open.
  events = var.events_authorizer == null ? {} : { events = var.events_authorizer }
}

# Every body is binary, so the function gets base64 and decodes the exact bytes that were signed.
resource "aws_api_gateway_rest_api" "this" {
  # checkov:skip=CKV_AWS_237: another API has another URL, which every sender would have to be told: it is not to be replaced unnoticed
  name               = var.name
  description        = "Receives webhooks and events"
  binary_media_types = ["*/*"]

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

# The deployment is a snapshot; what it has to follow is named here, and nothing that AWS fills in by itself.
#
# Terraform destroys a route only after it has taken the new snapshot, so a route that is turned off stays in the stage
# until the next deployment. It is closed meanwhile: its permission, and for events its user pool, are gone.
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
      [for response in aws_api_gateway_gateway_response.this : [response.status_code, response.response_parameters, response.response_templates]],
    ]))
  }

  lifecycle {
    create_before_destroy = true # the stage shows the old one until it shows the new
  }
}

resource "aws_api_gateway_stage" "this" {
  # checkov:skip=CKV_AWS_120: a webhook is never answered from a cache
  # checkov:skip=CKV2_AWS_4: an execution log says what the access log and ingest say, and beyond that holds parts of requests
  # checkov:skip=CKV2_AWS_29: a firewall costs more than all the rest and sees no signature; throttling and the signature stand in front
  # checkov:skip=CKV2_AWS_51: client certificates prove API Gateway to an HTTP back end; this one is a function
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

# Throttling only: a logging level would write an execution log too, which holds parts of requests.
resource "aws_api_gateway_method_settings" "this" {
  # checkov:skip=CKV_AWS_225: as CKV_AWS_120
  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  method_path = "*/*"

  settings {
    throttling_rate_limit  = var.throttle.rate
    throttling_burst_limit = var.throttle.burst
  }
}
