# Permissions of an apply role for alarms, the dashboard, the topic, saved queries, the log group of the access log and
# X-Ray's sampling rule. The role that REST APIs write the access log with belongs to the account: api_logs.tf. The
# topic's key belongs to this module: alarm_keys.tf.

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
      # While a release moves traffic, it watches the errors of the new version. AWS has no ARNs for metrics.
      {
        Sid      = "ReadMetrics"
        Effect   = "Allow"
        Action   = ["cloudwatch:GetMetricStatistics"]
        Resource = ["*"]
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
    ]
  }
}
