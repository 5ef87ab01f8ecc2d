# The longest names and the most environments stay within the limits of IAM and S3.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name   = "abcdefghijklmnopqrstu"
  label  = "bootstrap-123456789"
  region = "ap-southeast-1"
  environments = [
    "aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", "cccccccccccccccc", "dddddddddddddddd", "eeeeeeeeeeeeeeee",
    "ffffffffffffffff", "gggggggggggggggg", "hhhhhhhhhhhhhhhh",
  ]
}

run "policies_are_within_limits" {
  command = plan

  assert {
    condition = 6144 >= max([
      for policy in concat(values(aws_iam_policy.this), values(aws_iam_policy.boundary)) : length(policy.policy)
    ]...)
    error_message = format("policies have too many characters: %s", jsonencode({
      for topic, policy in aws_iam_policy.this : topic => length(policy.policy)
    }))
  }

  # A role can have at most ten policies.
  assert {
    condition = (
      length(local.plan_policies) <= 10 &&
      alltrue([for topics in local.apply_topics : length(topics) <= 10])
    )
    error_message = "a role has more than ten policies"
  }
}

run "names_are_within_limits" {
  command = plan

  assert {
    condition = alltrue([
      for role in concat([aws_iam_role.plan], values(aws_iam_role.apply)) :
      length(role.name) <= 64 && length(role.assume_role_policy) <= 2048
    ])
    error_message = "a role's name or trust policy is too long for IAM"
  }

  assert {
    condition     = length(output.state_bucket) <= 63
    error_message = "the bucket's name is too long for S3: ${output.state_bucket}"
  }
}

# With all options, each environment has policies of the same size; only the plan role reads every environment.
run "policies_with_all_options_are_within_limits" {
  command = plan

  variables {
    http_api_ids = { for name in var.environments : name => ["${substr(name, 0, 1)}1b2c3d4e5"] }
    domains = {
      for name in var.environments : name => {
        name       = "hooks.${name}.webhooks.example.com"
        truststore = "example-truststores-of-the-organization/hookline/${name}/ca.pem"
      }
    }
    web_acl_arns = {
      for name in var.environments :
      name => "arn:aws:wafv2:ap-southeast-1:123456789012:regional/webacl/${name}/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f"
    }
    budgets  = true
    recovery = true
  }

  assert {
    condition = 6144 >= max([
      for policy in concat(values(aws_iam_policy.this), values(aws_iam_policy.boundary)) : length(policy.policy)
    ]...)
    error_message = format("policies have too many characters: %s", jsonencode({
      for topic, policy in aws_iam_policy.this : topic => length(policy.policy)
    }))
  }

  assert {
    condition = (
      length(local.plan_policies) <= 10 &&
      alltrue([for topics in local.apply_topics : length(topics) <= 10])
    )
    error_message = "a role has more than ten policies"
  }
}
