locals {
  # What Lambda measures is the environment as JSON, escapes included. jsonencode also escapes & < > as \u....; Lambda
  # does not, so they count as one byte. Base64 turns characters into bytes: a URL may hold more than ASCII.
  environment_base64 = base64encode(replace(jsonencode(var.environment), "/\\\\u00(26|3c|3e)/", "_"))
  environment_bytes  = length(local.environment_base64) / 4 * 3 - length(regexall("=", local.environment_base64))
}

# The key is the content: the same package is the same object wherever it was built, and a change is a new key.
# A published version keeps its own copy, so a rollback does not need the older object.
resource "aws_s3_object" "this" {
  bucket = var.artifacts_bucket
  key    = "functions/${var.name}/${filesha256(var.package)}.zip"
  source = var.package

  # Where the file lay is nothing about the object: another machine's path would be a change in every plan.
  lifecycle {
    ignore_changes = [source]
  }
}

# Made before the function: one that Lambda makes at the first call would keep its logs for ever.
resource "aws_cloudwatch_log_group" "this" {
  # checkov:skip=CKV_AWS_338: how long is the environment's to say (log_retention_days); the default is enough to debug by
  # checkov:skip=CKV_AWS_158: CloudWatch encrypts with a key of its own; the logs hold no secret and no body
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

  # The one wildcard: X-Ray has no resources to name for these two actions.
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
  # checkov:skip=CKV_AWS_116: nothing calls a function asynchronously: the queue in front of process has the DLQ
  # checkov:skip=CKV_AWS_117: neither function has business in a VPC: they call AWS and public addresses only, and process refuses private ones
  # checkov:skip=CKV_AWS_173: the environment holds no secret, and Lambda encrypts it with a key of its own
  # checkov:skip=CKV_AWS_272: a package is named by its hash and put by the apply role alone; a signing profile would be that same role's
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

  # Lambda passes our JSON lines on as they are, and our own level (log_level) decides which there are: of those that carry
  # metrics Lambda would drop some by their level, so it must filter none. The platform's own lines below WARN (start, end,
  # report) are paid for and say nothing that a metric does not.
  logging_config {
    log_format            = "JSON"
    application_log_level = "TRACE"
    system_log_level      = "WARN"
  }

  tracing_config {
    mode = "Active"
  }

  lifecycle {
    precondition {
      condition     = local.environment_bytes <= 4096
      error_message = "The environment of ${var.name} measures ${local.environment_bytes} bytes as JSON and Lambda takes 4096: shorten names and URLs, or remove sources, destinations or routes. The largest variable is ${join(", ", [for key, value in var.environment : key if length(value) == max([for other in values(var.environment) : length(other)]...)])}."
    }
  }

  # Whoever calls the function finds it able to work and to log, from the first call.
  depends_on = [aws_cloudwatch_log_group.this, aws_iam_role_policy.telemetry, aws_iam_role_policy.this]
}

resource "aws_lambda_alias" "this" {
  name             = var.alias_name
  description      = var.pinned_version == null ? "Follows the latest published version" : "Held at version ${var.pinned_version}"
  function_name    = aws_lambda_function.this.function_name
  function_version = coalesce(var.pinned_version, aws_lambda_function.this.version)
}
