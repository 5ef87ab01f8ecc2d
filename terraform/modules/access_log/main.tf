# The log group of the API's access log. It is independent of the API type, so the log lines stay when the type changes.
# The API modules define the format of a line.

resource "aws_cloudwatch_log_group" "this" {
  # checkov:skip=CKV_AWS_338: the environment sets the retention (log_retention_days)
  # checkov:skip=CKV_AWS_158: CloudWatch encrypts with its own key; the log contains no secrets and no bodies
  name              = "/aws/apigateway/${var.name}"
  retention_in_days = var.retention_days
}
