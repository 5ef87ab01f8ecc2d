# That the longest names and the most environments still make what IAM takes.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name         = "abcdefghijklmnopqrstu"
  region       = "ap-southeast-1"
  environments = ["aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", "cccccccccccccccc", "dddddddddddddddd", "eeeeeeeeeeeeeeee", "ffffffffffffffff", "gggggggggggggggg", "hhhhhhhhhhhhhhhh"]
}

run "policies_are_short_enough" {
  command = plan

  assert {
    condition     = max([for policy in concat(values(aws_iam_policy.this), values(aws_iam_policy.boundary)) : length(policy.policy)]...) <= 6144
    error_message = "policies have ${jsonencode({ for topic, policy in aws_iam_policy.this : topic => length(policy.policy) })} characters"
  }

  # IAM takes ten policies on a role.
  assert {
    condition     = length(local.plan_policies) <= 10 && alltrue([for topics in local.apply_topics : length(topics) <= 10])
    error_message = "a role has more policies than IAM takes"
  }
}

run "names_are_short_enough" {
  command = plan

  assert {
    condition     = alltrue([for role in concat([aws_iam_role.plan], values(aws_iam_role.apply)) : length(role.name) <= 64 && length(role.assume_role_policy) <= 2048])
    error_message = "a role has a name or a trust policy that IAM does not take"
  }

  assert {
    condition     = length(output.state_bucket) <= 63
    error_message = "the bucket's name is longer than S3 takes: ${output.state_bucket}"
  }
}
