# POST /webhooks/{source}: open to the world, because the function verifies the sender's signature over the body.

resource "aws_api_gateway_resource" "webhooks" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_rest_api.this.root_resource_id
  path_part   = "webhooks"
}

resource "aws_api_gateway_resource" "source" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_resource.webhooks.id
  path_part   = "{source}"
}

resource "aws_api_gateway_method" "webhooks" {
  # checkov:skip=CKV_AWS_59: senders cannot sign as AWS does: ingest verifies each one's own signature
  # checkov:skip=CKV2_AWS_53: bodies are of every form and are verified as bytes
  rest_api_id   = aws_api_gateway_rest_api.this.id
  resource_id   = aws_api_gateway_resource.source.id
  http_method   = "POST"
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "webhooks" {
  rest_api_id             = aws_api_gateway_rest_api.this.id
  resource_id             = aws_api_gateway_resource.source.id
  http_method             = aws_api_gateway_method.webhooks.http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = var.function.alias_invoke_arn
}

resource "aws_lambda_permission" "webhooks" {
  statement_id  = "webhooks"
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  function_name = var.function.name
  qualifier     = var.function.alias_name
  source_arn    = "${aws_api_gateway_rest_api.this.execution_arn}/${var.stage_name}/POST/webhooks/*"
}
