# The longest names and the most environments stay within the limits of IAM and S3.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name   = "abcdefghijklmnopqrstu"
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
