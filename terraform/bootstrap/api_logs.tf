# The role that API Gateway writes access logs with. An account has one for each region, and every API there uses it.

resource "aws_iam_role" "api_logs" {
  count = var.api_gateway_logs_role ? 1 : 0

  name        = "${local.bootstrap_prefix}-api-logs"
  description = "API Gateway writes the logs of every API in ${var.region} with this role."

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "apigateway.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

# This is the policy that AWS manages, although it covers every log group and allows reading them. API Gateway checks
# the role when it is set, and rejects a role with fewer permissions ("does not have required permissions configured").
resource "aws_iam_role_policy_attachment" "api_logs" {
  count = var.api_gateway_logs_role ? 1 : 0

  role       = aws_iam_role.api_logs[0].name
  policy_arn = "${local.arn_prefix}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
}

resource "aws_api_gateway_account" "this" {
  count = var.api_gateway_logs_role ? 1 : 0

  cloudwatch_role_arn = aws_iam_role.api_logs[0].arn

  depends_on = [aws_iam_role_policy_attachment.api_logs]
}
