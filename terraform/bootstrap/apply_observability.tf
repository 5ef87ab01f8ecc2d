# Permissions of an apply role for alarms, the dashboard, the topic and its key, saved queries, the log group of the
# access log and X-Ray's sampling rule. The role that REST APIs write the access log with belongs to the account:
# api_logs.tf.

locals {
  apply_observability = {
    for name, prefix in local.prefixes : name => [
      # Alarm actions can also stop instances and start automations. These alarms may only notify the environment's
      # topics.
      {
        Sid      = "PutAlarms"
        Effect   = "Allow"
        Action   = ["cloudwatch:PutMetricAlarm"]
        Resource = ["${local.regional_arns.cloudwatch}:alarm:${prefix}-*"]
        Condition = {
          "ForAllValues:StringLike" = { "cloudwatch:AlarmActions" = ["${local.regional_arns.sns}:${prefix}-*"] }
        }
      },
      {
        Sid      = "ManageAlarms"
        Effect   = "Allow"
        Action   = ["cloudwatch:DeleteAlarms", "cloudwatch:TagResource", "cloudwatch:UntagResource"]
        Resource = ["${local.regional_arns.cloudwatch}:alarm:${prefix}-*"]
      },
      {
        Sid      = "ManageDashboards"
        Effect   = "Allow"
        Action   = ["cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard"]
        Resource = [local.dashboard_arns[name]]
      },
      {
        Sid    = "ManageTopics"
        Effect = "Allow"
        Action = [
          "sns:CreateTopic", "sns:DeleteTopic", "sns:SetSubscriptionAttributes", "sns:SetTopicAttributes",
          "sns:Subscribe", "sns:TagResource", "sns:Unsubscribe", "sns:UntagResource",
        ]
        Resource = ["${local.regional_arns.sns}:${prefix}-*"]
      },
      {
        Sid       = "CreateKeys"
        Effect    = "Allow"
        Action    = ["kms:CreateKey"]
        Resource  = ["*"]
        Condition = { StringEquals = local.request_tags[name] }
      },
      # A new key has neither tags nor an alias. A key with another environment's tags or with an alias must not be
      # tagged, because ManageKeys allows changes to tagged keys.
      {
        Sid      = "TagNewKeys"
        Effect   = "Allow"
        Action   = ["kms:TagResource"]
        Resource = ["${local.regional_arns.kms}:key/*"]
        Condition = {
          Null                 = { "kms:ResourceAliases" = ["true"] }
          StringEquals         = local.request_tags[name]
          StringEqualsIfExists = local.resource_tags[name]
        }
      },
      {
        Sid    = "ManageKeys"
        Effect = "Allow"
        Action = [
          "kms:DisableKeyRotation", "kms:EnableKey", "kms:EnableKeyRotation", "kms:PutKeyPolicy",
          "kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource", "kms:UpdateKeyDescription",
        ]
        Resource  = ["${local.regional_arns.kms}:key/*"]
        Condition = { StringEquals = local.resource_tags[name] }
      },
      # AWS has neither ARNs nor tags for saved queries, so the statement also covers queries of other environments. A
      # query is only text: an operator who runs it needs permission to read the logs.
      {
        Sid      = "ManageQueries"
        Effect   = "Allow"
        Action   = ["logs:DeleteQueryDefinition", "logs:PutQueryDefinition"]
        Resource = ["*"]
      },
      {
        Sid    = "ManageAccessLogs"
        Effect = "Allow"
        Action = [
          "logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:DeleteMetricFilter", "logs:DeleteRetentionPolicy",
          "logs:PutMetricFilter", "logs:PutRetentionPolicy", "logs:TagResource", "logs:UntagResource",
        ]
        Resource = local.access_log_arns[name]
      },
      # A rule can match requests of another environment, whatever the rule's name is. It can change how many of them
      # X-Ray traces, and nothing else.
      {
        Sid    = "ManageSamplingRules"
        Effect = "Allow"
        Action = [
          "xray:CreateSamplingRule", "xray:DeleteSamplingRule", "xray:TagResource", "xray:UntagResource",
          "xray:UpdateSamplingRule",
        ]
        Resource = [local.sampling_rule_arns[name]]
      },
      # An HTTP API writes its log through a log delivery, which API Gateway creates with the permissions of the role
      # that creates the stage. AWS has no ARNs for deliveries and resource policies of CloudWatch Logs, so the
      # statement also covers other environments: the role can stop their logs and let AWS services write logs, but it
      # cannot read logs.
      {
        Sid    = "DeliverAccessLogs"
        Effect = "Allow"
        Action = [
          "logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeResourcePolicies", "logs:GetLogDelivery",
          "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:UpdateLogDelivery",
        ]
        Resource = ["*"]
      },
    ]
  }
}
