# GET and HEAD /webhooks/<source>: requests by which some senders check a URL before they send events to it. Only
# sources with such a handshake have them. They are public, as POST is.

locals {
  # The further methods of the sources, by `<source>/<method>`.
  handshakes = merge([
    for name, source in var.sources : {
      for method in setsubtract(source.methods, ["POST"]) : "${name}/${method}" => { source = name, method = method }
    }
  ]...)
}

resource "aws_apigatewayv2_route" "handshakes" {
  # checkov:skip=CKV_AWS_309: senders have no AWS credentials; ingest responds only to the source's handshakes
  for_each = local.handshakes

  api_id             = aws_apigatewayv2_api.this.id
  route_key          = "${each.value.method} /webhooks/${each.value.source}"
  target             = "integrations/${aws_apigatewayv2_integration.function.id}"
  authorization_type = "NONE"
}

# One permission for each method, as for POST.
resource "aws_lambda_permission" "handshakes" {
  for_each = toset(values(local.handshakes)[*].method)

  statement_id  = "http-webhooks-${lower(each.key)}"
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  function_name = var.function.name
  qualifier     = var.function.alias_name
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/${var.stage_name}/${each.key}/webhooks/*"
}
