# Where the API's access log goes, of whichever type the API is: what it has said stays when the type changes. What a line
# says is the API's.

resource "aws_cloudwatch_log_group" "this" {
  # checkov:skip=CKV_AWS_338: how long is the environment's to say (log_retention_days); the default is enough to debug by
  # checkov:skip=CKV_AWS_158: CloudWatch encrypts with a key of its own; the log holds no secret and no body
  name              = "/aws/apigateway/${var.name}"
  retention_in_days = var.retention_days
}
