# Permissions of the roles for an API: the same for both types of API, and none for another environment.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  environments = ["dev", "prod"]
}

run "apply_role_manages_both_api_types" {
  command = plan

  assert {
    condition = {
      for s in local.apply_api.dev : s.Sid => s.Action
      if anytrue([for action in s.Action : startswith(action, "apigateway:")])
      } == {
      CreateApi    = ["apigateway:POST"]
      ManageApi    = ["apigateway:DELETE", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT"]
      TagNewStages = ["apigateway:TagResource"]
      TagApi       = ["apigateway:DELETE", "apigateway:GET", "apigateway:POST", "apigateway:PUT"]
    }
    error_message = "the role has ${jsonencode({ for s in local.apply_api.dev : s.Sid => s.Action })}"
  }

  assert {
    condition = {
      for s in local.apply_api.dev : s.Sid => s.Resource if contains(["CreateApi", "ManageApi"], s.Sid)
      } == {
      CreateApi = ["arn:aws:apigateway:eu-west-1::/apis", "arn:aws:apigateway:eu-west-1::/restapis"]
      ManageApi = ["arn:aws:apigateway:eu-west-1::/apis/*", "arn:aws:apigateway:eu-west-1::/restapis/*"]
    }
    error_message = "the permissions differ between the API types: ${jsonencode(local.apply_api.dev)}"
  }
}

run "both_roles_read_both_api_types" {
  command = plan

  assert {
    condition = alltrue([
      for reader in ["plan", "apply-dev"] :
      [for s in local.read_api[reader] : [s.Action, s.Resource] if s.Sid == "ReadApi"] == [[
        ["apigateway:GET"], ["arn:aws:apigateway:eu-west-1::/apis/*", "arn:aws:apigateway:eu-west-1::/restapis/*"],
      ]]
    ])
    error_message = "the roles read ${jsonencode(local.read_api)}"
  }
}

# A new API must get the tags of the environment, and only an API with these tags can be changed.
run "apply_role_requires_tags_of_its_environment" {
  command = plan

  assert {
    condition = alltrue(flatten([for name in ["dev", "prod"] : [for s in local.apply_api[name] :
      jsonencode(s.Condition.StringEquals) == jsonencode(
        contains(["CreateApi", "TagNewStages"], s.Sid) ? local.request_tags[name] : local.resource_tags[name]
      )
      if contains(["CreateApi", "TagNewStages", "ManageApi"], s.Sid)
    ]]))
    error_message = "a role has permissions for the API of another environment: ${jsonencode(local.apply_api)}"
  }
}

# An HTTP API writes its log through a log delivery and a resource policy of CloudWatch Logs. Neither allows reading.
run "log_deliveries_do_not_read_logs" {
  command = plan

  assert {
    condition = length(setintersection(flatten(local.apply_observability.dev[*].Action), [
      "logs:FilterLogEvents", "logs:GetLogEvents", "logs:PutDestinationPolicy", "logs:PutSubscriptionFilter",
      "logs:StartQuery",
    ])) == 0
    error_message = "the role reads logs: ${jsonencode(local.apply_observability.dev)}"
  }
}
