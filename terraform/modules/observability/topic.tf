# Where alarms are told. CloudWatch cannot publish to a topic that is encrypted with the key that AWS manages for SNS,
# because nobody can let it use that key: so there is a key of our own, and CloudWatch may use it.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  root_arn   = "arn:${data.aws_partition.current.partition}:iam::${local.account_id}:root"

  alarm_arns = join(":", [
    "arn", data.aws_partition.current.partition, "cloudwatch", data.aws_region.current.id, local.account_id, "alarm",
    "${var.prefix}-*",
  ])
}

# In a key's policy, * is that key.
data "aws_iam_policy_document" "key" {
  # checkov:skip=CKV_AWS_109: the account's own policies say who administers the key; without this statement nobody could
  # checkov:skip=CKV_AWS_111: as CKV_AWS_109
  # checkov:skip=CKV_AWS_356: as CKV_AWS_109, and * is this key alone
  statement {
    sid       = "AccountAdministers"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [local.root_arn]
    }
  }

  statement {
    sid       = "CloudWatchPublishes"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }
}

# It encrypts messages that are under way, and nothing that is kept: so once it is not needed it may go soon.
resource "aws_kms_key" "alarms" {
  description             = "Encrypts what the topic ${var.prefix}-alarms carries"
  enable_key_rotation     = true
  deletion_window_in_days = 7
  policy                  = data.aws_iam_policy_document.key.json
}

resource "aws_sns_topic" "alarms" {
  name              = "${var.prefix}-alarms"
  kms_master_key_id = aws_kms_key.alarms.arn
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

  # Only publishing goes by this policy; SNS takes no sns:* here.
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

# Each address gets a mail with a link, and alarms once somebody has followed it.
resource "aws_sns_topic_subscription" "email" {
  for_each = toset(var.alarms.emails)

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.value
}
