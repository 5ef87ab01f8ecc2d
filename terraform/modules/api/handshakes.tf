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

resource "aws_api_gateway_method" "handshakes" {
  # checkov:skip=CKV_AWS_59: senders have no AWS credentials; ingest responds only to the source's handshakes
  # checkov:skip=CKV2_AWS_53: the parameters depend on the sender; ingest checks them
  for_each = local.handshakes

  rest_api_id   = aws_api_gateway_rest_api.this.id
  resource_id   = aws_api_gateway_resource.source[each.value.source].id
  http_method   = each.value.method
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "handshakes" {
  for_each = local.handshakes

  rest_api_id             = aws_api_gateway_rest_api.this.id
  resource_id             = aws_api_gateway_resource.source[each.value.source].id
  http_method             = aws_api_gateway_method.handshakes[each.key].http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = var.function.alias_invoke_arn
}

resource "aws_api_gateway_method_settings" "handshakes" {
  # checkov:skip=CKV_AWS_225: see CKV_AWS_120
  for_each = local.handshakes

  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  method_path = "~1webhooks~1${each.value.source}/${each.value.method}"

  settings {
    throttling_rate_limit  = var.sources[each.value.source].throttle.rate
    throttling_burst_limit = var.sources[each.value.source].throttle.burst
  }
}

# One permission for each method, as for POST.
resource "aws_lambda_permission" "handshakes" {
  for_each = toset(values(local.handshakes)[*].method)

  statement_id  = "webhooks-${lower(each.key)}"
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  function_name = var.function.name
  qualifier     = var.function.alias_name
  source_arn    = "${aws_api_gateway_rest_api.this.execution_arn}/${var.stage_name}/${each.key}/webhooks/*"
}
