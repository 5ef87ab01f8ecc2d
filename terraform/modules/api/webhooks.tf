# POST /webhooks/{source}. The route is public: the function verifies the sender's signature of the body.

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
  # checkov:skip=CKV_AWS_59: senders have no AWS credentials; ingest verifies the signature of each sender
  # checkov:skip=CKV2_AWS_53: a body can have any format; ingest verifies its bytes
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
