# Permissions of the roles for alarms, the dashboard, the topic, saved queries, the log group of the access log and
# X-Ray's sampling rule.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  environments = ["dev", "prod"]
}

run "apply_role_manages_observability_resources" {
  command = plan

  assert {
    condition = { for s in local.apply_observability.dev : s.Sid => s.Action } == {
      PutAlarms        = ["cloudwatch:PutMetricAlarm"]
      ManageAlarms     = ["cloudwatch:DeleteAlarms", "cloudwatch:TagResource", "cloudwatch:UntagResource"]
      ReadMetrics      = ["cloudwatch:GetMetricStatistics"]
      ManageDashboards = ["cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard"]
      ManageTopics = [
        "sns:CreateTopic", "sns:DeleteTopic", "sns:SetSubscriptionAttributes", "sns:SetTopicAttributes",
        "sns:Subscribe", "sns:TagResource", "sns:Unsubscribe", "sns:UntagResource",
      ]
      ManageQueries = ["logs:DeleteQueryDefinition", "logs:PutQueryDefinition"]
      ManageAccessLogs = [
        "logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:DeleteMetricFilter", "logs:DeleteRetentionPolicy",
        "logs:PutMetricFilter", "logs:PutRetentionPolicy", "logs:TagResource", "logs:UntagResource",
      ]
      ManageSamplingRules = [
        "xray:CreateSamplingRule", "xray:DeleteSamplingRule", "xray:TagResource", "xray:UntagResource",
        "xray:UpdateSamplingRule",
      ]
    }
    error_message = "the role has ${jsonencode({ for s in local.apply_observability.dev : s.Sid => s.Action })}"
  }
}

run "permissions_name_exact_resources" {
  command = plan

  assert {
    condition = {
      for s in local.apply_observability.dev : s.Sid => s.Resource
      if !contains(["ManageQueries", "ReadMetrics"], s.Sid)
      } == {
      PutAlarms        = ["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:hookline-dev-*"]
      ManageAlarms     = ["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:hookline-dev-*"]
      ManageDashboards = ["arn:aws:cloudwatch::123456789012:dashboard/hookline-dev"]
      ManageTopics     = ["arn:aws:sns:eu-west-1:123456789012:hookline-dev-*"]
      ManageAccessLogs = [
        "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/apigateway/hookline-dev",
        "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/apigateway/hookline-dev:*",
      ]
      ManageSamplingRules = ["arn:aws:xray:eu-west-1:123456789012:sampling-rule/hookline-dev"]
    }
    error_message = "the resources are ${jsonencode({ for s in local.apply_observability.dev : s.Sid => s.Resource })}"
  }

  # These ARNs end with the environment's name. A pattern would match another environment with the same beginning.
  assert {
    condition = alltrue([
      for arn in concat(
        values(local.dashboard_arns), values(local.sampling_rule_arns), flatten(values(local.access_log_arns))
      ) : can(regex("hookline-(dev|prod)(:\\*)?$", arn))
    ])
    error_message = format("a pattern matches more than one environment: %s", jsonencode(concat(
      values(local.dashboard_arns), values(local.sampling_rule_arns), flatten(values(local.access_log_arns))
    )))
  }
}

# The plan role reads every environment and an apply role one, both with the same actions.
run "both_roles_read_observability_resources" {
  command = plan

  assert {
    condition = {
      for s in local.read_observability.plan : s.Sid => s.Action
      } == {
      for s in local.read_observability["apply-dev"] : s.Sid => s.Action
    }
    error_message = "the plan role and the apply role read with different actions"
  }

  assert {
    condition = { for s in local.read_observability.plan : s.Sid => s.Action } == {
      ReadTagsOfAlarms = ["cloudwatch:ListTagsForResource"]
      ReadAlarms       = ["cloudwatch:DescribeAlarms"]
      ReadDashboards   = ["cloudwatch:GetDashboard"]
      ReadTopics = [
        "sns:GetSubscriptionAttributes", "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic",
        "sns:ListTagsForResource",
      ]
      ReadAccessLogs          = ["logs:DescribeMetricFilters", "logs:ListTagsForResource"]
      ReadQueries             = ["logs:DescribeQueryDefinitions"]
      ReadSamplingRules       = ["xray:GetSamplingRules"]
      ReadTagsOfSamplingRules = ["xray:ListTagsForResource"]
    }
    error_message = "the roles read ${jsonencode({ for s in local.read_observability.plan : s.Sid => s.Action })}"
  }

  assert {
    condition = one([for s in local.read_observability.plan : s.Resource if s.Sid == "ReadDashboards"]) == [
      "arn:aws:cloudwatch::123456789012:dashboard/hookline-dev",
      "arn:aws:cloudwatch::123456789012:dashboard/hookline-prod",
    ]
    error_message = format("the plan role reads other dashboards: %s", jsonencode([
      for s in local.read_observability.plan : s.Resource if s.Sid == "ReadDashboards"
    ]))
  }

  assert {
    condition = one([for s in local.read_observability.plan : s.Resource if s.Sid == "ReadTagsOfSamplingRules"]) == [
      "arn:aws:xray:eu-west-1:123456789012:sampling-rule/hookline-dev",
      "arn:aws:xray:eu-west-1:123456789012:sampling-rule/hookline-prod",
    ]
    error_message = format("the plan role reads tags of other rules: %s", jsonencode([
      for s in local.read_observability.plan : s.Resource if s.Sid == "ReadTagsOfSamplingRules"
    ]))
  }
}

# A name that changes in the root module must change here as well.
run "names_match_the_root_module" {
  command = plan

  assert {
    condition = local.prefixes.dev == "hookline-dev" && alltrue([for file, name in {
      "access_log/main.tf"         = "/aws/apigateway/$${var.name}\"\n"
      "observability/alarms.tf"    = "$${var.prefix}-$${each.key}\"\n"
      "observability/dashboard.tf" = "dashboard_name = var.prefix\n"
      "observability/topic.tf"     = "$${var.prefix}-alarms\"\n"
    } : strcontains(file("../modules/${file}"), name)])
    error_message = "the root module uses names that the roles have no permissions for"
  }
}

# X-Ray limits names to 32 characters. Both root modules shorten a longer name with the same expression; the tests of
# the root module have these two names as well.
run "sampling_rule_names_match_the_root_module" {
  command = plan

  variables {
    name         = "abcdefghijklmnopqrstu"
    environments = ["aaaaaaaaaa", "aaaaaaaaaab"]
  }

  assert {
    condition = local.sampling_rule_names == {
      aaaaaaaaaa  = "abcdefghijklmnopqrstu-aaaaaaaaaa"
      aaaaaaaaaab = "abcdefghijklmnopqrstu-a-9baf50ce"
    }
    error_message = "the rules are named ${jsonencode(local.sampling_rule_names)}"
  }

  assert {
    condition = length(local.sampling_rule_names) == 2 && strcontains(
      file("../modules/api/sampling.tf"),
      format(
        " %s\n",
        replace(regex("length\\(prefix\\) .*", file("read_observability.tf")), "prefix", "var.name"),
      )
    )
    error_message = "the root module computes the name of its rule with another expression"
  }
}
