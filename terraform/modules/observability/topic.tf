# The topic for alarms, and who can publish and subscribe.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id

  alarm_arns = join(":", [
    "arn", data.aws_partition.current.partition, "cloudwatch", data.aws_region.current.id, local.account_id, "alarm",
    "${var.prefix}-*",
  ])
}

# The bootstrap creates the key: CloudWatch needs permission for it, and the policy of SNS's own key cannot be changed.
# SNS takes the alias of a key for its ID (https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html, which refers
# to https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html for the forms of a key's ID).
resource "aws_sns_topic" "alarms" {
  # checkov:skip=CKV_AWS_26: the key is null only without a bootstrap; messages have an alarm's name, state and link
  name              = "${var.prefix}-alarms"
  kms_master_key_id = var.alarms_key_alias
}

data "aws_iam_policy_document" "topic" {
  statement {
    sid       = "AlarmsPublish"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alarms.arn]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = [local.alarm_arns]
    }
  }

  # This policy is only about publishing. SNS does not accept `sns:*` here.
  statement {
    sid       = "DenyInsecureTransport"
    effect    = "Deny"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alarms.arn]

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

resource "aws_sns_topic_policy" "alarms" {
  arn    = aws_sns_topic.alarms.arn
  policy = data.aws_iam_policy_document.topic.json
}

# SNS sends a confirmation link to each address. An address gets alarms after its owner has followed the link.
resource "aws_sns_topic_subscription" "email" {
  for_each = toset(var.alarms.emails)

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.value
}
