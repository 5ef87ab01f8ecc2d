# POST /webhooks/<source>: one literal route for each source, with its own throttling. The route is public: the function
# verifies the sender's signature of the body. The gateway responds to a request for any other path itself with 404.
# handshakes.tf has the other methods of some sources.

resource "aws_apigatewayv2_route" "webhooks" {
  # checkov:skip=CKV_AWS_309: senders have no AWS credentials; ingest verifies the signature of each sender
  for_each = var.sources

  api_id             = aws_apigatewayv2_api.this.id
  route_key          = "POST /webhooks/${each.key}"
  target             = "integrations/${aws_apigatewayv2_integration.function.id}"
  authorization_type = "NONE"
}

# One permission for all sources. The statement id differs from that of ../api: when the API type changes, both
# permissions exist for a moment, and an alias accepts each id only once.
resource "aws_lambda_permission" "webhooks" {
  statement_id  = "http-webhooks"
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  function_name = var.function.name
  qualifier     = var.function.alias_name
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/${var.stage_name}/POST/webhooks/*"
}
