# What the roles may do to an API: the same to one of either type, and nothing to another environment's.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  environments = ["dev", "prod"]
}

run "an_apply_role_makes_changes_and_tags_either_type" {
  command = plan

  assert {
    condition = { for s in local.apply_api.dev : s.Sid => s.Action if anytrue([for action in s.Action : startswith(action, "apigateway:")]) } == {
      MakeApi      = ["apigateway:POST"]
      ChangeApi    = ["apigateway:DELETE", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT"]
      TagNewStages = ["apigateway:TagResource"]
      TagApi       = ["apigateway:DELETE", "apigateway:GET", "apigateway:POST", "apigateway:PUT"]
    }
    error_message = "the role may ${jsonencode({ for s in local.apply_api.dev : s.Sid => s.Action })}"
  }

  assert {
    condition = { for s in local.apply_api.dev : s.Sid => s.Resource if contains(["MakeApi", "ChangeApi"], s.Sid) } == {
      MakeApi   = ["arn:aws:apigateway:eu-west-1::/apis", "arn:aws:apigateway:eu-west-1::/restapis"]
      ChangeApi = ["arn:aws:apigateway:eu-west-1::/apis/*", "arn:aws:apigateway:eu-west-1::/restapis/*"]
    }
    error_message = "the role reaches one type further than the other: ${jsonencode(local.apply_api.dev)}"
  }
}

run "both_roles_read_either_type" {
  command = plan

  assert {
    condition = alltrue([for reader in ["plan", "apply-dev"] : [for s in local.reads_api[reader] : [s.Action, s.Resource] if s.Sid == "ReadApi"] == [
      [["apigateway:GET"], ["arn:aws:apigateway:eu-west-1::/apis/*", "arn:aws:apigateway:eu-west-1::/restapis/*"]],
    ]])
    error_message = "the roles read ${jsonencode(local.reads_api)}"
  }
}

# The collections of both types are open for what carries the environment's tags, and their members for what has them.
run "what_is_new_carries_tags_and_what_is_there_has_them" {
  command = plan

  assert {
    condition = alltrue(flatten([for name in ["dev", "prod"] : [for s in local.apply_api[name] :
      jsonencode(s.Condition.StringEquals) == jsonencode(contains(["MakeApi", "TagNewStages"], s.Sid) ? local.request_tags[name] : local.resource_tags[name])
      if contains(["MakeApi", "TagNewStages", "ChangeApi"], s.Sid)
    ]]))
    error_message = "a role reaches an API of another environment: ${jsonencode(local.apply_api)}"
  }
}

# An HTTP API's log is written by a delivery, and a delivery by a policy of the account's logs. Neither reads one.
run "deliveries_of_logs_read_none" {
  command = plan

  assert {
    condition = length(setintersection(flatten(local.apply_observability.dev[*].Action), [
      "logs:FilterLogEvents", "logs:GetLogEvents", "logs:PutDestinationPolicy", "logs:PutSubscriptionFilter", "logs:StartQuery",
    ])) == 0
    error_message = "the role reads logs: ${jsonencode(local.apply_observability.dev)}"
  }
}
