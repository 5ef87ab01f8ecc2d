# Resources, methods and integrations are separate resources instead of one OpenAPI body, so that a plan shows which
# route changes.

locals {
  # The route for events exists only with an authorizer, because it must never be public.
  events = var.events_authorizer == null ? {} : { events = var.events_authorizer }

  # The sources, and the resources for /, /webhooks and /events.
  resource_count = length(var.sources) + 2 + length(local.events)
}

# All media types are binary, so the function gets each body in base64 and decodes the exact bytes that were signed.
resource "aws_api_gateway_rest_api" "this" {
  # checkov:skip=CKV_AWS_237: a replaced API has a new URL, which every sender must learn; a replacement must be visible
  name               = var.name
  description        = "Receives webhooks and events"
  binary_media_types = ["*/*"]

  # Clients that know the API's own host name must not get around the custom domain's client certificates.
  disable_execute_api_endpoint = var.domain_name != null

  endpoint_configuration {
    types = ["REGIONAL"]
  }

  # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
  lifecycle {
    precondition {
      condition     = local.resource_count <= var.quota
      error_message = <<-EOT
        The REST API needs ${local.resource_count} resources: one for each of the ${length(var.sources)} sources, and up
        to three others. AWS allows ${var.quota} in the API. Request a higher quota for it from AWS and set api_quota,
        or move sources to another deployment.
      EOT
    }
  }
}

# A deployment is a snapshot of the API. The list has each value that needs a new snapshot, and no value that AWS
# computes.
locals {
  snapshot = [
    aws_api_gateway_rest_api.this.binary_media_types,
    aws_api_gateway_rest_api.this.disable_execute_api_endpoint,
    aws_api_gateway_rest_api_policy.this.policy,
    [for resource in aws_api_gateway_resource.source : resource.path],
    [for method in aws_api_gateway_method.webhooks : [method.id, method.authorization]],
    [for integration in aws_api_gateway_integration.webhooks : [integration.id, integration.uri]],
    [for method in aws_api_gateway_method.handshakes : [method.id, method.authorization]],
    [for integration in aws_api_gateway_integration.handshakes : [integration.id, integration.uri]],
    [for authorizer in aws_api_gateway_authorizer.events : [authorizer.id, authorizer.provider_arns]],
    [for resource in aws_api_gateway_resource.events : resource.path],
    [for method in aws_api_gateway_method.events : [method.id, method.authorization, method.authorization_scopes]],
    [for integration in aws_api_gateway_integration.events : [integration.id, integration.uri]],
    [
      for response in aws_api_gateway_gateway_response.this :
      [response.status_code, response.response_parameters, response.response_templates]
    ],
  ]
}

# Terraform destroys a removed route after it has created the new snapshot, so the stage has the route until the next
# deployment. Meanwhile ingest rejects requests of a removed source, because it is not configured, and POST /events does
# not work, because its permission and its user pool no longer exist.
resource "aws_api_gateway_deployment" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id

  triggers = {
    snapshot = sha1(jsonencode(local.snapshot))
  }

  lifecycle {
    create_before_destroy = true # the stage uses the old deployment until the new one exists
  }
}

resource "aws_api_gateway_stage" "this" {
  # checkov:skip=CKV_AWS_120: a response to a webhook must not come from a cache
  # checkov:skip=CKV2_AWS_4: an execution log repeats the access log and ingest's log, and contains parts of requests
  # checkov:skip=CKV2_AWS_29: a firewall is optional (web_acl_arn): it costs as much as a small deployment
  # checkov:skip=CKV2_AWS_77: the web ACL belongs to the operator; no part of the service uses Log4j
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

# AWS WAF checks a request before the resource policy and the authorizer do.
resource "aws_wafv2_web_acl_association" "this" {
  for_each = var.web_acl_arn == null ? {} : { stage = var.web_acl_arn }

  resource_arn = aws_api_gateway_stage.this.arn
  web_acl_arn  = each.value
}
