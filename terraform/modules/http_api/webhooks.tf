# POST /webhooks/{source}: open to the world, because the function verifies the sender's signature over the body.

resource "aws_apigatewayv2_route" "webhooks" {
  # checkov:skip=CKV_AWS_309: senders cannot sign as AWS does: ingest verifies each one's own signature
  api_id             = aws_apigatewayv2_api.this.id
  route_key          = "POST /webhooks/{source}"
  target             = "integrations/${aws_apigatewayv2_integration.function.id}"
  authorization_type = "NONE"
}

# Not the id that ../api gives its own: where the type changes, both are there for a moment, and the alias takes an id once.
resource "aws_lambda_permission" "webhooks" {
  statement_id  = "http-webhooks"
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  function_name = var.function.name
  qualifier     = var.function.alias_name
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/${var.stage_name}/POST/webhooks/*"
}
