# Permissions to read alarms, the dashboard, the topic, saved queries, the log group of the access log and X-Ray's
# sampling rule, which the provider needs to refresh the root module's resources.

locals {
  # The root module uses the environment's whole name for these resources, shortened to the limit of X-Ray. Each ARN is
  # exact: a pattern at its end could match another environment whose name has the same beginning.
  dashboard_arns = { for name, prefix in local.prefixes : name => "${local.dashboard_arn}/${prefix}" }
  access_log_arns = {
    for name, prefix in local.prefixes : name => [
      for end in ["", ":*"] : "${local.regional_arns.logs}:log-group:/aws/apigateway/${prefix}${end}"
    ]
  }
  sampling_rule_arns = {
    for name, rule in local.sampling_rule_names : name => "${local.regional_arns.xray}:sampling-rule/${rule}"
  }
  sampling_rule_names = {
    for name, prefix in local.prefixes : name =>
    length(prefix) <= 32 ? prefix : "${substr(prefix, 0, 23)}-${substr(sha1(prefix), 0, 8)}"
  }

  read_observability = {
    for reader, names in local.readers : reader => [
      {
        Sid      = "ReadTagsOfAlarms"
        Effect   = "Allow"
        Action   = ["cloudwatch:ListTagsForResource"]
        Resource = [for name in names : "${local.regional_arns.cloudwatch}:alarm:${local.prefixes[name]}-*"]
      },
      # CloudWatch requires this action for all alarms, even for a request with the name of one alarm.
      {
        Sid      = "ReadAlarms"
        Effect   = "Allow"
        Action   = ["cloudwatch:DescribeAlarms"]
        Resource = ["${local.regional_arns.cloudwatch}:alarm:*"]
      },
      {
        Sid      = "ReadDashboards"
        Effect   = "Allow"
        Action   = ["cloudwatch:GetDashboard"]
        Resource = [for name in names : local.dashboard_arns[name]]
      },
      # The resource of a subscription is its topic.
      {
        Sid    = "ReadTopics"
        Effect = "Allow"
        Action = [
          "sns:GetSubscriptionAttributes", "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic",
          "sns:ListTagsForResource",
        ]
        Resource = [for name in names : "${local.regional_arns.sns}:${local.prefixes[name]}-*"]
      },
      {
        Sid      = "ReadAccessLogs"
        Effect   = "Allow"
        Action   = ["logs:DescribeMetricFilters", "logs:ListTagsForResource"]
        Resource = flatten([for name in names : local.access_log_arns[name]])
      },
      # AWS has no ARNs for saved queries.
      {
        Sid      = "ReadQueries"
        Effect   = "Allow"
        Action   = ["logs:DescribeQueryDefinitions"]
        Resource = ["*"]
      },
      # X-Ray cannot return one rule: it lists all rules. Tags are listed for one rule.
      {
        Sid      = "ReadSamplingRules"
        Effect   = "Allow"
        Action   = ["xray:GetSamplingRules"]
        Resource = ["*"]
      },
      {
        Sid      = "ReadTagsOfSamplingRules"
        Effect   = "Allow"
        Action   = ["xray:ListTagsForResource"]
        Resource = [for name in names : local.sampling_rule_arns[name]]
      },
    ]
  }
}
