# What an apply role may do to alarms, the dashboard, the topic and its key, saved queries, the access log's group
# and the rule by which X-Ray samples. That a REST API may write the log is not an environment's to say: api_logs.tf.

locals {
  apply_observability = {
    for name, prefix in local.prefixes : name => [
      # An alarm may also stop machines and start other things: these may tell the environment's own topics.
      {
        Sid       = "MakeAlarms"
        Effect    = "Allow"
        Action    = ["cloudwatch:PutMetricAlarm"]
        Resource  = ["${local.regional.cloudwatch}:alarm:${prefix}-*"]
        Condition = { "ForAllValues:StringLike" = { "cloudwatch:AlarmActions" = ["${local.regional.sns}:${prefix}-*"] } }
      },
      {
        Sid      = "ChangeAlarms"
        Effect   = "Allow"
        Action   = ["cloudwatch:DeleteAlarms", "cloudwatch:TagResource", "cloudwatch:UntagResource"]
        Resource = ["${local.regional.cloudwatch}:alarm:${prefix}-*"]
      },
      {
        Sid      = "MakeDashboards"
        Effect   = "Allow"
        Action   = ["cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard"]
        Resource = [local.own_dashboards[name]]
      },
      {
        Sid    = "MakeTopics"
        Effect = "Allow"
        Action = [
          "sns:CreateTopic", "sns:DeleteTopic", "sns:SetSubscriptionAttributes", "sns:SetTopicAttributes", "sns:Subscribe",
          "sns:TagResource", "sns:Unsubscribe", "sns:UntagResource",
        ]
        Resource = ["${local.regional.sns}:${prefix}-*"]
      },
      {
        Sid       = "MakeKeys"
        Effect    = "Allow"
        Action    = ["kms:CreateKey"]
        Resource  = ["*"]
        Condition = { StringEquals = local.request_tags[name] }
      },
      # A new key has neither tags nor an alias yet. One that has another environment's tags or somebody's alias is not ours
      # to tag, for what is tagged may be changed.
      {
        Sid      = "TagNewKeys"
        Effect   = "Allow"
        Action   = ["kms:TagResource"]
        Resource = ["${local.regional.kms}:key/*"]
        Condition = {
          Null                 = { "kms:ResourceAliases" = ["true"] }
          StringEquals         = local.request_tags[name]
          StringEqualsIfExists = local.resource_tags[name]
        }
      },
      {
        Sid    = "ChangeKeys"
        Effect = "Allow"
        Action = [
          "kms:DisableKeyRotation", "kms:EnableKey", "kms:EnableKeyRotation", "kms:PutKeyPolicy",
          "kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource", "kms:UpdateKeyDescription",
        ]
        Resource  = ["${local.regional.kms}:key/*"]
        Condition = { StringEquals = local.resource_tags[name] }
      },
      # AWS has neither a resource nor tags for saved queries, so this reaches another environment's. They are text: whoever
      # runs one reads the logs by rights of their own.
      {
        Sid      = "KeepQueries"
        Effect   = "Allow"
        Action   = ["logs:DeleteQueryDefinition", "logs:PutQueryDefinition"]
        Resource = ["*"]
      },
      {
        Sid    = "MakeAccessLogs"
        Effect = "Allow"
        Action = [
          "logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:DeleteRetentionPolicy", "logs:PutRetentionPolicy",
          "logs:TagResource", "logs:UntagResource",
        ]
        Resource = local.own_access_logs[name]
      },
      # A rule may fit another environment's requests, whatever its own name is: it can have more or fewer of them traced.
      {
        Sid    = "MakeSamplingRules"
        Effect = "Allow"
        Action = [
          "xray:CreateSamplingRule", "xray:DeleteSamplingRule", "xray:TagResource", "xray:UntagResource",
          "xray:UpdateSamplingRule",
        ]
        Resource = [local.own_sampling_rules[name]]
      },
      # An HTTP API writes its log by a delivery, which API Gateway makes with the rights of whoever makes the stage; for
      # deliveries and for an account's policies of logs AWS has no resource. So this reaches another environment's: it can
      # stop their logs and let services of AWS write some, but lets nobody read any.
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
