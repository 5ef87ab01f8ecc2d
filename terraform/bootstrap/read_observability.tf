# What the provider reads of alarms, the dashboard, the topic and its key, saved queries, the access log's group and the rule
# by which X-Ray samples.

locals {
  # The root module gives these the environment's whole name, or as much of it as X-Ray takes. Each ARN is exact: a pattern
  # behind it would match another environment's that begins alike.
  own_dashboards  = { for name, prefix in local.prefixes : name => "${local.dashboards}/${prefix}" }
  own_access_logs = { for name, prefix in local.prefixes : name => [for end in ["", ":*"] : "${local.regional.logs}:log-group:/aws/apigateway/${prefix}${end}"] }
  own_sampling_rules = {
    for name, prefix in local.prefixes : name => "${local.regional.xray}:sampling-rule/${local.sampling_rule_names[name]}"
  }
  sampling_rule_names = {
    for name, prefix in local.prefixes : name => length(prefix) <= 32 ? prefix : "${substr(prefix, 0, 23)}-${substr(sha1(prefix), 0, 8)}"
  }

  reads_observability = {
    for reader, names in local.readers : reader => [
      {
        Sid      = "ReadTagsOfAlarms"
        Effect   = "Allow"
        Action   = ["cloudwatch:ListTagsForResource"]
        Resource = [for name in names : "${local.regional.cloudwatch}:alarm:${local.prefixes[name]}-*"]
      },
      # CloudWatch compares this one with all alarms, also where one is asked for by its name.
      {
        Sid      = "ReadAlarms"
        Effect   = "Allow"
        Action   = ["cloudwatch:DescribeAlarms"]
        Resource = ["${local.regional.cloudwatch}:alarm:*"]
      },
      {
        Sid      = "ReadDashboards"
        Effect   = "Allow"
        Action   = ["cloudwatch:GetDashboard"]
        Resource = [for name in names : local.own_dashboards[name]]
      },
      # A subscription goes by its topic.
      {
        Sid    = "ReadTopics"
        Effect = "Allow"
        Action = [
          "sns:GetSubscriptionAttributes", "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic", "sns:ListTagsForResource",
        ]
        Resource = [for name in names : "${local.regional.sns}:${local.prefixes[name]}-*"]
      },
      {
        Sid       = "ReadKeys"
        Effect    = "Allow"
        Action    = ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"]
        Resource  = ["${local.regional.kms}:key/*"]
        Condition = { StringEquals = { "aws:ResourceTag/Project" = [var.name], "aws:ResourceTag/Environment" = names } }
      },
      {
        Sid      = "ReadAccessLogs"
        Effect   = "Allow"
        Action   = ["logs:ListTagsForResource"]
        Resource = flatten([for name in names : local.own_access_logs[name]])
      },
      # AWS has no resource for saved queries.
      {
        Sid      = "ReadQueries"
        Effect   = "Allow"
        Action   = ["logs:DescribeQueryDefinitions"]
        Resource = ["*"]
      },
      # X-Ray has no way to ask for one rule: it lists all, and their tags one by one.
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
        Resource = [for name in names : local.own_sampling_rules[name]]
      },
    ]
  }
}
