# The role by which API Gateway writes access logs: one in an account and region, for every API there, ours or not.

resource "aws_iam_role" "api_logs" {
  count = var.api_gateway_logs_role ? 1 : 0

  name        = "${local.own}-api-logs"
  description = "API Gateway writes logs by it, for every API in ${var.region}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "apigateway.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

# AWS's own policy, though it names every log group and lets it read them: API Gateway looks at the role when it is set,
# and refuses one that may do less ("does not have required permissions configured").
resource "aws_iam_role_policy_attachment" "api_logs" {
  count = var.api_gateway_logs_role ? 1 : 0

  role       = aws_iam_role.api_logs[0].name
  policy_arn = "${local.aws}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
}

resource "aws_api_gateway_account" "this" {
  count = var.api_gateway_logs_role ? 1 : 0

  cloudwatch_role_arn = aws_iam_role.api_logs[0].arn

  depends_on = [aws_iam_role_policy_attachment.api_logs]
}
