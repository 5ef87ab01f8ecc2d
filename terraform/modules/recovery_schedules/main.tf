# One schedule for each source, which invokes the function `recover` with the name of the source. The schedules have a
# group of their own, because the name of a schedule has at most 64 characters, and the role trusts only this group.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  group_arn = join(":", [
    "arn", data.aws_partition.current.partition, "scheduler", data.aws_region.current.id,
    data.aws_caller_identity.current.account_id, "schedule-group/${var.name}",
  ])
}

resource "aws_scheduler_schedule_group" "this" {
  name = var.name
}

# EventBridge Scheduler names the group as the source of a request:
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["scheduler.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [local.group_arn]
    }
  }
}

resource "aws_iam_role" "this" {
  name                 = "${var.name}-schedule"
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.permissions_boundary
}

data "aws_iam_policy_document" "invoke" {
  statement {
    sid       = "InvokeRecover"
    actions   = ["lambda:InvokeFunction"]
    resources = [var.function_alias_arn]
  }
}

resource "aws_iam_role_policy" "invoke" {
  name   = "invoke"
  role   = aws_iam_role.this.name
  policy = data.aws_iam_policy_document.invoke.json
}

resource "aws_scheduler_schedule" "this" {
  # checkov:skip=CKV_AWS_297: encrypted with the key of EventBridge Scheduler; the input is the name of a source
  for_each = var.every_minutes

  name                = each.key
  group_name          = aws_scheduler_schedule_group.this.name
  description         = "Requests redeliveries of events that never arrived at the source ${each.key}"
  schedule_expression = "rate(${each.value} minutes)"

  # The runs of several deployments and sources are not at the same time, so that they share GitHub's rate limit.
  flexible_time_window {
    mode                      = "FLEXIBLE"
    maximum_window_in_minutes = max(1, floor(each.value / 5))
  }

  target {
    arn      = var.function_alias_arn
    role_arn = aws_iam_role.this.arn
    input    = jsonencode({ source = each.key })

    # The next run continues.
    retry_policy {
      maximum_retry_attempts = 0
    }
  }

  # The first run can already use the role's policy.
  depends_on = [aws_iam_role_policy.invoke]
}
