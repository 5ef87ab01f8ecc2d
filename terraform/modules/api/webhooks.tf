# POST /webhooks/<source>: one literal resource for each source, with its own throttling. The method is public: the
# function verifies the sender's signature of the body. The gateway responds to a request for any other path
# itself, and the function does not run. handshakes.tf has the other methods of some sources.

resource "aws_api_gateway_resource" "webhooks" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_rest_api.this.root_resource_id
  path_part   = "webhooks"
}

resource "aws_api_gateway_resource" "source" {
  for_each = var.sources

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_resource.webhooks.id
  path_part   = each.key
}

resource "aws_api_gateway_method" "webhooks" {
  # checkov:skip=CKV_AWS_59: senders have no AWS credentials; ingest verifies the signature of each sender
  # checkov:skip=CKV2_AWS_53: a body can have any format; ingest verifies its bytes
  for_each = var.sources

  rest_api_id   = aws_api_gateway_rest_api.this.id
  resource_id   = aws_api_gateway_resource.source[each.key].id
  http_method   = "POST"
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "webhooks" {
  for_each = var.sources

  rest_api_id             = aws_api_gateway_rest_api.this.id
  resource_id             = aws_api_gateway_resource.source[each.key].id
  http_method             = aws_api_gateway_method.webhooks[each.key].http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = var.function.alias_invoke_arn
}

# Throttling only. A logging level would also write an execution log, which contains parts of requests.
#
# Each method has its own settings, and the stage has none for all methods (`*/*`): AWS does not document whether the
# requests of all sources would then share one limit. `~1` is a slash in the key of the settings.
resource "aws_api_gateway_method_settings" "webhooks" {
  # checkov:skip=CKV_AWS_225: see CKV_AWS_120
  for_each = var.sources

  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  method_path = "~1webhooks~1${each.key}/POST"

  settings {
    throttling_rate_limit  = each.value.throttle.rate
    throttling_burst_limit = each.value.throttle.burst
  }
}

# One permission for all sources, so that the policy of the alias does not grow with them (Lambda allows 20 KB).
resource "aws_lambda_permission" "webhooks" {
  statement_id  = "webhooks"
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  function_name = var.function.name
  qualifier     = var.function.alias_name
  source_arn    = "${aws_api_gateway_rest_api.this.execution_arn}/${var.stage_name}/POST/webhooks/*"
}
