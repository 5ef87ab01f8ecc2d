# POST /events, for services that send an access token of the user pool.

# The authorizer accepts only tokens of the clients in `audience`, not of other clients of the pool.
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

# Without scopes, API Gateway accepts identity tokens. With scopes, it accepts access tokens that have one of them.
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
