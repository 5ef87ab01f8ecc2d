# POST /events: for our own services, which show an access token of the user pool.

# A token for another client of the pool is refused, unless that client is named here too.
resource "aws_apigatewayv2_authorizer" "events" {
  for_each = local.events

  api_id           = aws_apigatewayv2_api.this.id
  name             = "${var.name}-events"
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]

  jwt_configuration {
    issuer   = each.value.issuer
    audience = each.value.audience
  }
}

# Without scopes the gateway would take identity tokens; with them it takes access tokens that hold one of them.
resource "aws_apigatewayv2_route" "events" {
  for_each = local.events

  api_id               = aws_apigatewayv2_api.this.id
  route_key            = "POST /events"
  target               = "integrations/${aws_apigatewayv2_integration.function.id}"
  authorization_type   = "JWT"
  authorizer_id        = aws_apigatewayv2_authorizer.events[each.key].id
  authorization_scopes = each.value.scopes
}

resource "aws_lambda_permission" "events" {
  for_each = local.events

  statement_id  = "http-events"
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  function_name = var.function.name
  qualifier     = var.function.alias_name
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/${var.stage_name}/POST/events"
}
