# POST /events, for services that send an access token of the user pool.

resource "aws_api_gateway_authorizer" "events" {
  for_each = local.events

  rest_api_id   = aws_api_gateway_rest_api.this.id
  name          = "${var.name}-events"
  type          = "COGNITO_USER_POOLS"
  provider_arns = [each.value.user_pool_arn]
}

resource "aws_api_gateway_resource" "events" {
  for_each = local.events

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_rest_api.this.root_resource_id
  path_part   = "events"
}

# Without scopes, API Gateway accepts identity tokens. With scopes, it accepts access tokens that have one of them.
resource "aws_api_gateway_method" "events" {
  # checkov:skip=CKV2_AWS_53: a body can have any format; ingest compares it with its content type
  for_each = local.events

  rest_api_id          = aws_api_gateway_rest_api.this.id
  resource_id          = aws_api_gateway_resource.events[each.key].id
  http_method          = "POST"
  authorization        = "COGNITO_USER_POOLS"
  authorizer_id        = aws_api_gateway_authorizer.events[each.key].id
  authorization_scopes = each.value.scopes
}

resource "aws_api_gateway_integration" "events" {
  for_each = local.events

  rest_api_id             = aws_api_gateway_rest_api.this.id
  resource_id             = aws_api_gateway_resource.events[each.key].id
  http_method             = aws_api_gateway_method.events[each.key].http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = var.function.alias_invoke_arn
}

resource "aws_api_gateway_method_settings" "events" {
  # checkov:skip=CKV_AWS_225: see CKV_AWS_120
  for_each = local.events

  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  method_path = "~1events/POST"

  settings {
    throttling_rate_limit  = var.throttle.rate
    throttling_burst_limit = var.throttle.burst
  }
}

resource "aws_lambda_permission" "events" {
  for_each = local.events

  statement_id  = "events"
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  function_name = var.function.name
  qualifier     = var.function.alias_name
  source_arn    = "${aws_api_gateway_rest_api.this.execution_arn}/${var.stage_name}/POST/events"
}
