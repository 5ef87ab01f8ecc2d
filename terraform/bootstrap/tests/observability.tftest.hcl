# What the roles may do to alarms, the dashboard, the topic and its key, saved queries, the access log's
# group and the rule by which X-Ray samples.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  environments = ["dev", "prod"]
}

run "an_apply_role_makes_what_the_root_module_has" {
  command = plan

  assert {
    condition = { for s in local.apply_observability.dev : s.Sid => s.Action } == {
      MakeAlarms     = ["cloudwatch:PutMetricAlarm"]
      ChangeAlarms   = ["cloudwatch:DeleteAlarms", "cloudwatch:TagResource", "cloudwatch:UntagResource"]
      MakeDashboards = ["cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard"]
      MakeTopics = [
        "sns:CreateTopic", "sns:DeleteTopic", "sns:SetSubscriptionAttributes", "sns:SetTopicAttributes", "sns:Subscribe",
        "sns:TagResource", "sns:Unsubscribe", "sns:UntagResource",
      ]
      MakeKeys   = ["kms:CreateKey"]
      TagNewKeys = ["kms:TagResource"]
      ChangeKeys = [
        "kms:DisableKeyRotation", "kms:EnableKey", "kms:EnableKeyRotation", "kms:PutKeyPolicy",
        "kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource", "kms:UpdateKeyDescription",
      ]
      KeepQueries = ["logs:DeleteQueryDefinition", "logs:PutQueryDefinition"]
      MakeAccessLogs = [
        "logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:DeleteRetentionPolicy", "logs:PutRetentionPolicy",
        "logs:TagResource", "logs:UntagResource",
      ]
      MakeSamplingRules = [
        "xray:CreateSamplingRule", "xray:DeleteSamplingRule", "xray:TagResource", "xray:UntagResource",
        "xray:UpdateSamplingRule",
      ]
      DeliverAccessLogs = [
        "logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeResourcePolicies", "logs:GetLogDelivery",
        "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:UpdateLogDelivery",
      ]
    }
    error_message = "the role may ${jsonencode({ for s in local.apply_observability.dev : s.Sid => s.Action })}"
  }
}

run "what_has_a_name_is_named" {
  command = plan

  assert {
    condition = { for s in local.apply_observability.dev : s.Sid => s.Resource if !contains(["MakeKeys", "TagNewKeys", "ChangeKeys", "KeepQueries", "DeliverAccessLogs"], s.Sid) } == {
      MakeAlarms     = ["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:hookline-dev-*"]
      ChangeAlarms   = ["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:hookline-dev-*"]
      MakeDashboards = ["arn:aws:cloudwatch::123456789012:dashboard/hookline-dev"]
      MakeTopics     = ["arn:aws:sns:eu-west-1:123456789012:hookline-dev-*"]
      MakeAccessLogs = [
        "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/apigateway/hookline-dev",
        "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/apigateway/hookline-dev:*",
      ]
      MakeSamplingRules = ["arn:aws:xray:eu-west-1:123456789012:sampling-rule/hookline-dev"]
    }
    error_message = "the role reaches ${jsonencode({ for s in local.apply_observability.dev : s.Sid => s.Resource })}"
  }

  # Names that end with the environment's must not reach one that begins alike.
  assert {
    condition = alltrue([for arn in concat(values(local.own_dashboards), values(local.own_sampling_rules), flatten(values(local.own_access_logs))) :
      can(regex("hookline-(dev|prod)(:\\*)?$", arn))
    ])
    error_message = "a pattern reaches further than one environment: ${jsonencode(concat(values(local.own_dashboards), values(local.own_sampling_rules), flatten(values(local.own_access_logs))))}"
  }
}

# The plan role reads each environment's, an apply role its own; both read it the same way.
run "each_role_reads_what_it_plans" {
  command = plan

  assert {
    condition = { for s in local.reads_observability.plan : s.Sid => s.Action } == { for s in local.reads_observability["apply-dev"] : s.Sid => s.Action } && { for s in local.reads_observability.plan : s.Sid => s.Action } == {
      ReadTagsOfAlarms = ["cloudwatch:ListTagsForResource"]
      ReadAlarms       = ["cloudwatch:DescribeAlarms"]
      ReadDashboards   = ["cloudwatch:GetDashboard"]
      ReadTopics = [
        "sns:GetSubscriptionAttributes", "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic", "sns:ListTagsForResource",
      ]
      ReadKeys                = ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"]
      ReadAccessLogs          = ["logs:ListTagsForResource"]
      ReadQueries             = ["logs:DescribeQueryDefinitions"]
      ReadSamplingRules       = ["xray:GetSamplingRules"]
      ReadTagsOfSamplingRules = ["xray:ListTagsForResource"]
    }
    error_message = "the roles read ${jsonencode({ for s in local.reads_observability.plan : s.Sid => s.Action })}"
  }

  assert {
    condition     = [for s in local.reads_observability.plan : s.Resource if s.Sid == "ReadDashboards"][0] == ["arn:aws:cloudwatch::123456789012:dashboard/hookline-dev", "arn:aws:cloudwatch::123456789012:dashboard/hookline-prod"]
    error_message = "the plan role reads the dashboards ${jsonencode([for s in local.reads_observability.plan : s.Resource if s.Sid == "ReadDashboards"][0])}"
  }

  assert {
    condition     = [for s in local.reads_observability.plan : s.Resource if s.Sid == "ReadTagsOfSamplingRules"][0] == ["arn:aws:xray:eu-west-1:123456789012:sampling-rule/hookline-dev", "arn:aws:xray:eu-west-1:123456789012:sampling-rule/hookline-prod"]
    error_message = "the plan role reads the tags of ${jsonencode([for s in local.reads_observability.plan : s.Resource if s.Sid == "ReadTagsOfSamplingRules"][0])}"
  }
}

# As the root module names them: a name that changes there has to change here too.
run "names_are_those_of_the_root_module" {
  command = plan

  assert {
    condition = local.prefixes.dev == "hookline-dev" && alltrue([for file, name in {
      "access_log/main.tf"         = "/aws/apigateway/$${var.name}\"\n"
      "observability/alarms.tf"    = "$${var.prefix}-$${each.key}\"\n"
      "observability/dashboard.tf" = "dashboard_name = var.prefix\n"
      "observability/topic.tf"     = "$${var.prefix}-alarms\"\n"
    } : strcontains(file("../modules/${file}"), name)])
    error_message = "the root module has other names than the roles may reach"
  }
}

# X-Ray takes 32 characters. Both roots shorten a longer name, by the same expression and so to the same: the root module's
# tests have these two as well.
run "sampling_rules_have_the_names_that_the_root_module_gives" {
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
    condition     = length(local.sampling_rule_names) == 2 && strcontains(file("../modules/api/sampling.tf"), "sampling_rule_name = ${replace(regex("length\\(prefix\\) .*", file("read_observability.tf")), "prefix", "var.name")}\n")
    error_message = "the root module names its rule by another expression"
  }
}
