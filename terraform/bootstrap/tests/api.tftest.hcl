# Permissions of the roles for an API: for REST APIs by tags, for HTTP APIs by IDs, and none for another environment.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  environments = ["dev", "prod"]
}

run "apply_role_manages_rest_apis" {
  command = plan

  assert {
    condition = {
      for s in local.apply_api.dev : s.Sid => s.Action
      if anytrue([for action in s.Action : startswith(action, "apigateway:")])
      } == {
      CreateApi    = ["apigateway:POST"]
      ManageApi    = ["apigateway:DELETE", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT"]
      TagNewApi    = ["apigateway:TagResource"]
      SetApiPolicy = ["apigateway:UpdateRestApiPolicy"]
      TagApi       = ["apigateway:DELETE", "apigateway:GET", "apigateway:POST", "apigateway:PUT"]
    }
    error_message = "the role has ${jsonencode({ for s in local.apply_api.dev : s.Sid => s.Action })}"
  }

  assert {
    condition = {
      for s in local.apply_api.dev : s.Sid => s.Resource
      if contains(["CreateApi", "ManageApi", "SetApiPolicy", "TagNewApi"], s.Sid)
      } == {
      CreateApi    = ["arn:aws:apigateway:eu-west-1::/restapis"]
      ManageApi    = ["arn:aws:apigateway:eu-west-1::/restapis/*"]
      SetApiPolicy = ["arn:aws:apigateway:eu-west-1::/restapis/*"]
      TagNewApi    = ["arn:aws:apigateway:eu-west-1::/restapis", "arn:aws:apigateway:eu-west-1::/restapis/*/stages"]
    }
    error_message = "the resources are ${jsonencode(local.apply_api.dev)}"
  }
}

run "both_roles_read_rest_apis" {
  command = plan

  assert {
    condition = alltrue([
      for reader in ["plan", "apply-dev"] :
      [for s in local.read_api[reader] : [s.Action, s.Resource] if s.Sid == "ReadApi"] == [[
        ["apigateway:GET"], ["arn:aws:apigateway:eu-west-1::/restapis/*"],
      ]]
    ])
    error_message = "the roles read ${jsonencode(local.read_api)}"
  }
}

# AWS documents only for REST APIs that their parts inherit tags. So no statement about HTTP APIs depends on tags, and
# without IDs there is no such statement.
run "no_role_reaches_an_http_api_without_its_id" {
  command = plan

  assert {
    condition = !strcontains(
      jsonencode([for policy in aws_iam_policy.this : jsondecode(policy.policy)]), "::/apis"
    )
    error_message = "a role has permissions for HTTP APIs: ${jsonencode(local.apply_api)}"
  }
}

run "roles_reach_http_apis_by_their_ids" {
  command = plan

  variables {
    http_api_ids = { dev = ["a1b2c3d4e5"] }
  }

  assert {
    condition = {
      for s in flatten(values(local.apply_topics.dev)) : s.Sid => [s.Action, s.Resource]
      if strcontains(jsonencode(s.Resource), "::/apis")
      } == {
      ManageHttpApi = [
        ["apigateway:DELETE", "apigateway:PATCH", "apigateway:POST"],
        ["arn:aws:apigateway:eu-west-1::/apis/a1b2c3d4e5", "arn:aws:apigateway:eu-west-1::/apis/a1b2c3d4e5/*"],
      ]
      ReadHttpApi = [
        ["apigateway:GET"],
        ["arn:aws:apigateway:eu-west-1::/apis/a1b2c3d4e5", "arn:aws:apigateway:eu-west-1::/apis/a1b2c3d4e5/*"],
      ]
      TagNewStages = [["apigateway:TagResource"], ["arn:aws:apigateway:eu-west-1::/apis/a1b2c3d4e5/stages"]]
    }
    error_message = "the role reaches ${jsonencode(local.apply_options.dev)}"
  }

  assert {
    condition = {
      for s in local.apply_options.dev : s.Sid => s.Condition if can(s.Condition)
    } == { TagNewStages = { StringEquals = local.request_tags.dev } }
    error_message = "a permission for an HTTP API depends on tags: ${jsonencode(local.apply_options.dev)}"
  }

  assert {
    condition     = jsonencode(local.plan_policies.plan-options) == jsonencode(local.read_options["apply-dev"])
    error_message = "the plan role reads ${jsonencode(local.plan_policies)}"
  }

  assert {
    condition     = !strcontains(jsonencode(local.apply_topics.prod), "::/apis")
    error_message = "the role of another environment reaches the API: ${jsonencode(local.apply_topics.prod)}"
  }
}

# A new API must get the tags of the environment, and only an API with these tags can be changed.
run "apply_role_requires_tags_of_its_environment" {
  command = plan

  assert {
    condition = alltrue(flatten([for name in ["dev", "prod"] : [for s in local.apply_api[name] :
      jsonencode(s.Condition.StringEquals) == jsonencode(
        contains(["CreateApi", "TagNewApi"], s.Sid) ? local.request_tags[name] : local.resource_tags[name]
      )
      if contains(["CreateApi", "TagNewApi", "ManageApi", "SetApiPolicy"], s.Sid)
    ]]))
    error_message = "a role has permissions for the API of another environment: ${jsonencode(local.apply_api)}"
  }
}

# An HTTP API writes its log through a log delivery and a resource policy of CloudWatch Logs. Neither allows reading.
run "log_deliveries_do_not_read_logs" {
  command = plan

  variables {
    http_api_ids = { dev = ["a1b2c3d4e5"] }
  }

  assert {
    condition = length(setintersection(flatten([for s in flatten(values(local.apply_topics.dev)) : s.Action]), [
      "logs:FilterLogEvents", "logs:GetLogEvents", "logs:PutDestinationPolicy", "logs:PutSubscriptionFilter",
      "logs:StartQuery",
    ])) == 0
    error_message = "the role reads logs: ${jsonencode(local.apply_topics.dev)}"
  }
}

# Deliveries and resource policies of CloudWatch Logs have no ARNs: a role that can change them can stop the logs of
# every other product of the account.
run "only_roles_of_http_apis_deliver_logs" {
  command = plan

  variables {
    http_api_ids = { dev = ["a1b2c3d4e5"] }
  }

  assert {
    condition = {
      for s in local.apply_options.dev : s.Sid => [s.Action, s.Resource] if s.Sid == "DeliverAccessLogs"
      } == {
      DeliverAccessLogs = [
        [
          "logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeResourcePolicies", "logs:GetLogDelivery",
          "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:UpdateLogDelivery",
        ],
        ["*"],
      ]
    }
    error_message = "the role delivers logs with ${jsonencode(local.apply_options.dev)}"
  }

  assert {
    condition = length([
      for action in flatten([for s in flatten(values(local.apply_topics.prod)) : s.Action]) : action
      if can(regex("LogDeliver|ResourcePolic", action)) && startswith(action, "logs:")
    ]) == 0
    error_message = "the role of a REST API delivers logs: ${jsonencode(local.apply_topics.prod)}"
  }
}
