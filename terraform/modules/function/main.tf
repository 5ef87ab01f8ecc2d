locals {
  # Lambda limits the size of the environment as JSON, with escapes. jsonencode also escapes & < > as \u....; Lambda
  # does not, so each counts as one byte. Base64 counts bytes instead of characters, because a URL can have non-ASCII
  # characters.
  environment_base64 = base64encode(replace(jsonencode(var.environment), "/\\\\u00(26|3c|3e)/", "_"))
  environment_bytes  = length(local.environment_base64) / 4 * 3 - length(regexall("=", local.environment_base64))

  largest_variables = [
    for key, value in var.environment : key
    if length(value) == max([for other in values(var.environment) : length(other)]...)
  ]
}

# The key contains the hash of the package: the same package is the same object on each machine, and a new package has a
# new key. A published version has its own copy of the code, so a rollback does not need the older object.
resource "aws_s3_object" "this" {
  bucket = var.artifacts_bucket
  key    = "functions/${var.name}/${filesha256(var.package)}.zip"
  source = var.package

  # The local path is not a property of the object. Without this, each machine's plan would show a change.
  lifecycle {
    ignore_changes = [source]
  }
}

# Terraform creates the log group before the function. A log group that Lambda creates has no retention limit.
resource "aws_cloudwatch_log_group" "this" {
  # checkov:skip=CKV_AWS_338: the environment sets the retention (log_retention_days)
  # checkov:skip=CKV_AWS_158: CloudWatch encrypts with its own key; the logs contain no secrets and no bodies
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "this" {
  name                 = var.name
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.permissions_boundary
}

data "aws_iam_policy_document" "telemetry" {
  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.this.arn}:*"]
  }

  # The only wildcard: these two X-Ray actions do not support resources.
  statement {
    sid       = "SendTraces"
    actions   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "telemetry" {
  name   = "telemetry"
  role   = aws_iam_role.this.name
  policy = data.aws_iam_policy_document.telemetry.json
}

resource "aws_iam_role_policy" "this" {
  name   = "access"
  role   = aws_iam_role.this.name
  policy = var.policy_json
}

resource "aws_lambda_function" "this" {
  # checkov:skip=CKV_AWS_116: the queue that feeds process has the DLQ; the next run of recover makes up for a lost one
  # checkov:skip=CKV_AWS_117: they need no VPC: they call AWS and public addresses, and process blocks private ones
  # checkov:skip=CKV_AWS_173: the environment contains no secrets, and Lambda encrypts it with its own key
  # checkov:skip=CKV_AWS_272: only the apply role uploads packages, and it would also own the signing profile
  function_name                  = var.name
  description                    = var.description
  role                           = aws_iam_role.this.arn
  runtime                        = "provided.al2023"
  handler                        = "bootstrap"
  architectures                  = [var.architecture]
  memory_size                    = var.memory_mb
  timeout                        = var.timeout_seconds
  reserved_concurrent_executions = var.reserved_concurrency
  s3_bucket                      = aws_s3_object.this.bucket
  s3_key                         = aws_s3_object.this.key
  source_code_hash               = filebase64sha256(var.package)
  publish                        = true

  environment {
    variables = var.environment
  }

  # The functions write JSON lines and filter them by log_level. Lambda must not filter them again, because lines of any
  # level can carry metrics. Lambda's own lines below WARN (start, end, report) repeat metrics and would be billed.
  logging_config {
    log_format            = "JSON"
    application_log_level = "TRACE"
    system_log_level      = "WARN"
  }

  tracing_config {
    mode = var.traced ? "Active" : "PassThrough"
  }

  lifecycle {
    precondition {
      condition     = local.environment_bytes <= 4096
      error_message = <<-EOT
        The environment of `${var.name}` has ${local.environment_bytes} bytes as JSON, and Lambda allows 4096.
        Shorten names and URLs, or remove sources, destinations or routes.
        The largest variable is ${join(", ", local.largest_variables)}.
      EOT
    }
  }

  # The first invocation can already write logs and use the role's policies.
  depends_on = [aws_cloudwatch_log_group.this, aws_iam_role_policy.telemetry, aws_iam_role_policy.this]
}

# An apply publishes a version and never moves traffic: scripts/release.sh and scripts/rollback.sh move the alias, and
# keep in its description why it is where it is. Only the first apply creates the alias at a version.
resource "aws_lambda_alias" "this" {
  name             = var.alias_name
  description      = "created by Terraform"
  function_name    = aws_lambda_function.this.function_name
  function_version = aws_lambda_function.this.version

  lifecycle {
    ignore_changes = [function_version, routing_config, description]
  }
}
