# The role that API Gateway writes logs with. The module replaces an existing role only if the variable allows it.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "api_gateway_has_its_own_logs_role" {
  command = plan

  assert {
    condition = (
      aws_iam_role.api_logs[0].name == "hookline-bootstrap-api-logs" &&
      jsondecode(aws_iam_role.api_logs[0].assume_role_policy) == {
        Version = "2012-10-17"
        Statement = [
          { Effect = "Allow", Principal = { Service = "apigateway.amazonaws.com" }, Action = "sts:AssumeRole" },
        ]
      }
    )
    error_message = "${aws_iam_role.api_logs[0].name} trusts ${aws_iam_role.api_logs[0].assume_role_policy}"
  }

  assert {
    condition = (
      aws_iam_role_policy_attachment.api_logs[0].role == "hookline-bootstrap-api-logs" &&
      aws_iam_role_policy_attachment.api_logs[0].policy_arn ==
      "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
    )
    error_message = format(
      "%s has %s",
      aws_iam_role_policy_attachment.api_logs[0].role,
      aws_iam_role_policy_attachment.api_logs[0].policy_arn,
    )
  }

  assert {
    condition     = length(aws_api_gateway_account.this) == 1
    error_message = "the role is not set"
  }
}

run "existing_logs_role_is_not_replaced" {
  command = plan

  variables {
    api_gateway_logs_role = false
  }

  assert {
    condition = 0 == (
      length(aws_iam_role.api_logs) +
      length(aws_iam_role_policy_attachment.api_logs) +
      length(aws_api_gateway_account.this)
    )
    error_message = "the account's role would be replaced"
  }
}

# A role that can set the account's logs role can redirect the logs of every API.
run "other_roles_cannot_set_the_logs_role" {
  command = plan

  assert {
    condition = alltrue(flatten([for s in flatten(values(merge(local.apply_policies, local.plan_policies))) : [
      for resource in s.Resource : can(regex(":/(apis|restapis|tags)(/|$)", resource))
      if s.Effect == "Allow" && anytrue([for action in s.Action : startswith(action, "apigateway:")])
    ]]))
    error_message = "a role has permissions for the account settings of API Gateway"
  }
}
