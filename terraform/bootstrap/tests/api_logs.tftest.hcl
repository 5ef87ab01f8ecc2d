# The role by which API Gateway writes logs, and that nobody's is replaced unasked.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "api_gateway_writes_by_a_role_of_its_own" {
  command = plan

  assert {
    condition = aws_iam_role.api_logs[0].name == "hookline-bootstrap-api-logs" && jsondecode(aws_iam_role.api_logs[0].assume_role_policy) == {
      Version   = "2012-10-17"
      Statement = [{ Effect = "Allow", Principal = { Service = "apigateway.amazonaws.com" }, Action = "sts:AssumeRole" }]
    }
    error_message = "${aws_iam_role.api_logs[0].name} trusts ${aws_iam_role.api_logs[0].assume_role_policy}"
  }

  assert {
    condition = (aws_iam_role_policy_attachment.api_logs[0].role == "hookline-bootstrap-api-logs" &&
    aws_iam_role_policy_attachment.api_logs[0].policy_arn == "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs")
    error_message = "${aws_iam_role_policy_attachment.api_logs[0].role} has ${aws_iam_role_policy_attachment.api_logs[0].policy_arn}"
  }

  assert {
    condition     = length(aws_api_gateway_account.this) == 1
    error_message = "the role is not set"
  }
}

run "role_that_is_set_already_is_left_alone" {
  command = plan

  variables {
    api_gateway_logs_role = false
  }

  assert {
    condition     = length(aws_iam_role.api_logs) + length(aws_iam_role_policy_attachment.api_logs) + length(aws_api_gateway_account.this) == 0
    error_message = "the account's role would be replaced"
  }
}

# Whoever may set the role may have every API of the account write by another.
run "no_other_role_sets_it" {
  command = plan

  assert {
    condition = alltrue(flatten([for s in flatten(values(merge(local.apply_policies, local.plan_policies))) : [
      for resource in s.Resource : can(regex(":/(apis|restapis|tags)(/|$)", resource))
      if s.Effect == "Allow" && anytrue([for action in s.Action : startswith(action, "apigateway:")])
    ]]))
    error_message = "a role reaches API Gateway's settings of the account"
  }
}
