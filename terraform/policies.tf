# What each function may do beside logging and tracing. Every action names the ARNs it is for.

data "aws_iam_policy_document" "ingest" {
  statement {
    sid       = "Enqueue"
    actions   = ["sqs:SendMessage"]
    resources = [module.queue.arn]
  }

  # A statement without resources is not valid, and without sources there are none.
  dynamic "statement" {
    for_each = length(var.sources) > 0 ? [module.secrets.source_arns] : []

    content {
      sid       = "ReadSourceSecrets"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = values(statement.value)
    }
  }
}

data "aws_iam_policy_document" "process" {
  statement {
    sid = "ReadIntake"
    actions = [
      "sqs:ChangeMessageVisibility",
      "sqs:DeleteMessage",
      "sqs:GetQueueAttributes",
      "sqs:ReceiveMessage",
    ]
    resources = [module.queue.arn]
  }

  dynamic "statement" {
    for_each = module.idempotency[*].arn

    content {
      sid       = "ClaimDeliveries"
      actions   = ["dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
      resources = [statement.value]
    }
  }

  statement {
    sid       = "SendToDlq"
    actions   = ["sqs:SendMessage"]
    resources = [module.queue.dlq_arn]
  }
}
