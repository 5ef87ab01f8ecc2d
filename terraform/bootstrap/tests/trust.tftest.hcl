# The trust policies of the roles, with exact subjects.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "plan_role_trusts_pull_requests_and_the_branch" {
  command = plan

  assert {
    condition = aws_iam_role.plan.assume_role_policy == jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Effect    = "Allow"
        Principal = { Federated = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" }
        Action    = "sts:AssumeRoleWithWebIdentity"
        Condition = {
          StringEquals = {
            "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
            "token.actions.githubusercontent.com:sub" = [
              "repo:octo-org/hookline:pull_request",
              "repo:octo-org/hookline:ref:refs/heads/main",
              "repo:octo-org@123456/hookline@9876543210:pull_request",
              "repo:octo-org@123456/hookline@9876543210:ref:refs/heads/main",
            ]
          }
        }
      }]
    })
    error_message = "the plan role trusts ${aws_iam_role.plan.assume_role_policy}"
  }
}

run "apply_role_trusts_only_its_environment" {
  command = plan

  assert {
    condition = alltrue([
      for name in ["dev", "prod", "staging"] : aws_iam_role.apply[name].assume_role_policy == jsonencode({
        Version = "2012-10-17"
        Statement = [{
          Effect    = "Allow"
          Principal = { Federated = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" }
          Action    = "sts:AssumeRoleWithWebIdentity"
          Condition = {
            StringEquals = {
              "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
              "token.actions.githubusercontent.com:sub" = [
                "repo:octo-org/hookline:environment:${name}",
                "repo:octo-org@123456/hookline@9876543210:environment:${name}",
              ]
            }
          }
        }]
      })
    ])
    error_message = "the apply roles trust ${jsonencode(values(aws_iam_role.apply)[*].assume_role_policy)}"
  }

  assert {
    condition     = keys(aws_iam_role.apply) == ["dev", "prod", "staging"]
    error_message = "there are roles for ${jsonencode(keys(aws_iam_role.apply))}"
  }
}

run "tokens_with_names_are_trusted_without_ids" {
  command = plan

  variables {
    github_owner_id      = null
    github_repository_id = null
  }

  assert {
    condition = local.subjects == {
      plan          = ["repo:octo-org/hookline:pull_request", "repo:octo-org/hookline:ref:refs/heads/main"]
      apply-dev     = ["repo:octo-org/hookline:environment:dev"]
      apply-prod    = ["repo:octo-org/hookline:environment:prod"]
      apply-staging = ["repo:octo-org/hookline:environment:staging"]
    }
    error_message = "the subjects are ${jsonencode(local.subjects)}"
  }
}

run "subjects_use_the_given_repository_and_branch" {
  command = plan

  variables {
    environments         = ["dev"]
    github_owner         = "Other_Owner"
    github_repository    = "hooks.v2"
    github_branch        = "release/1.x"
    github_owner_id      = null
    github_repository_id = null
  }

  assert {
    condition = local.subjects == {
      plan      = ["repo:Other_Owner/hooks.v2:pull_request", "repo:Other_Owner/hooks.v2:ref:refs/heads/release/1.x"]
      apply-dev = ["repo:Other_Owner/hooks.v2:environment:dev"]
    }
    error_message = "the subjects are ${jsonencode(local.subjects)}"
  }
}

# Every trust policy compares exactly the audience and the subject. The test also covers roles that are added later.
run "trust_policies_have_a_subject_and_no_pattern" {
  command = plan

  assert {
    condition = alltrue(flatten([
      for policy in concat([aws_iam_role.plan], values(aws_iam_role.apply))[*].assume_role_policy : [
        for statement in jsondecode(policy).Statement :
        keys(statement.Condition) == ["StringEquals"] &&
        length(statement.Condition.StringEquals["token.actions.githubusercontent.com:sub"]) >= 1 &&
        keys(statement.Condition.StringEquals) == [
          "token.actions.githubusercontent.com:aud", "token.actions.githubusercontent.com:sub",
        ] &&
        !can(regex("[*?]", policy))
      ]
    ]))
    error_message = "a trust policy has a pattern, or a condition that is missing or unknown"
  }
}

run "oidc_provider_is_created" {
  command = plan

  assert {
    condition = (
      aws_iam_openid_connect_provider.github[0].url == "https://token.actions.githubusercontent.com" &&
      aws_iam_openid_connect_provider.github[0].client_id_list == toset(["sts.amazonaws.com"])
    )
    error_message = format(
      "the provider is %s for %s",
      aws_iam_openid_connect_provider.github[0].url,
      jsonencode(aws_iam_openid_connect_provider.github[0].client_id_list),
    )
  }

  assert {
    condition = (
      output.oidc_provider_arn == "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
    )
    error_message = "the provider's ARN is ${output.oidc_provider_arn}"
  }
}

run "existing_oidc_provider_is_used" {
  command = plan

  variables {
    github_oidc_provider_arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
  }

  assert {
    condition = (
      length(aws_iam_openid_connect_provider.github) == 0 &&
      local.trust_policies.plan.Statement[0].Principal.Federated == var.github_oidc_provider_arn
    )
    error_message = "the existing provider is not used"
  }
}
