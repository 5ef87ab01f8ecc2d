# The keys of the alarm topics, one for each environment. They are created here and not by an apply role: Terraform uses
# a new key at once, and an apply role could only be limited by the key's tags, which KMS may ignore for five minutes
# (https://docs.aws.amazon.com/kms/latest/developerguide/abac.html). The root module names a key by its alias.

resource "aws_kms_key" "alarms" {
  for_each = var.environments

  description         = "Encrypts messages of the topic ${local.prefixes[each.key]}-alarms"
  enable_key_rotation = true
  # The key encrypts messages in transit and no stored data, so the shortest window is enough.
  deletion_window_in_days = 7
  policy                  = jsonencode(local.alarm_key_policy)
}

resource "aws_kms_alias" "alarms" {
  for_each = var.environments

  name          = local.alarm_key_aliases[each.key]
  target_key_id = aws_kms_key.alarms[each.key].key_id
}

locals {
  alarm_key_aliases = { for name in var.environments : name => "alias/${local.bootstrap_prefix}-alarms-${name}" }

  # In the policy of a key, `*` means that key. CloudWatch publishes an alarm with its own permissions. The account's
  # IAM policies control the administration of the key; no role of this module has permissions for it.
  alarm_key_policy = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "AccountAdministers"
        Effect    = "Allow"
        Principal = { AWS = "${local.iam_arn}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "CloudWatchPublishes"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
      },
    ]
  }
}
