# The provider waits about 25 s after each change of a queue's attributes, so the policies are inline and all queues are
# created together. SQS checks the DLQ of a redrive policy, so the redrive policies come after the queues; nothing else
# waits for them. The DLQ and the other queues refer to each other, so the ARNs are built from the names instead of read
# from the resources.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  names = {
    intake = "${var.prefix}-intake"
    retry  = "${var.prefix}-retry"
    dlq    = "${var.prefix}-intake-dlq"
  }

  arns = {
    for key, name in local.names : key => join(":", [
      "arn", data.aws_partition.current.partition, "sqs", data.aws_region.current.id,
      data.aws_caller_identity.current.account_id, name,
    ])
  }
}

data "aws_iam_policy_document" "tls_only" {
  for_each = local.arns

  statement {
    sid       = "DenyInsecureTransport"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [each.value]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_sqs_queue" "dlq" {
  name                      = local.names.dlq
  message_retention_seconds = 1209600 # 14 days, the maximum of SQS: the time to inspect and redrive
  max_message_size          = var.max_message_bytes
  sqs_managed_sse_enabled   = true
  policy                    = data.aws_iam_policy_document.tls_only["dlq"].json

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [local.arns.intake, local.arns.retry]
  })
}

# The intake and retry queues have the same settings.
resource "aws_sqs_queue" "this" {
  name                       = local.names.intake
  message_retention_seconds  = var.retention_seconds
  max_message_size           = var.max_message_bytes
  receive_wait_time_seconds  = 20
  sqs_managed_sse_enabled    = true
  policy                     = data.aws_iam_policy_document.tls_only["intake"].json
  visibility_timeout_seconds = 6 * var.consumer_timeout_seconds # as AWS recommends for event source mappings
}

resource "aws_sqs_queue" "retry" {
  name                       = local.names.retry
  message_retention_seconds  = var.retention_seconds
  max_message_size           = var.max_message_bytes
  receive_wait_time_seconds  = 20
  sqs_managed_sse_enabled    = true
  policy                     = data.aws_iam_policy_document.tls_only["retry"].json
  visibility_timeout_seconds = 6 * var.consumer_timeout_seconds
}

resource "aws_sqs_queue_redrive_policy" "this" {
  for_each = { intake = aws_sqs_queue.this.url, retry = aws_sqs_queue.retry.url }

  queue_url = each.value

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dlq.arn
    maxReceiveCount     = var.max_receive_count
  })
}
