# Who may take which role, letter by letter.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "pull_requests_and_the_branch_plan" {
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

run "an_environment_applies_itself_and_no_other" {
  command = plan

  assert {
    condition = alltrue([for name in ["dev", "prod", "staging"] : aws_iam_role.apply[name].assume_role_policy == jsonencode({
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
    })])
    error_message = "the apply roles trust ${jsonencode({ for name, role in aws_iam_role.apply : name => role.assume_role_policy })}"
  }

  assert {
    condition     = keys(aws_iam_role.apply) == ["dev", "prod", "staging"]
    error_message = "there are roles for ${jsonencode(keys(aws_iam_role.apply))}"
  }
}

run "without_ids_only_names_are_trusted" {
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

run "another_repository_and_branch_are_taken_by_name" {
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

# Whatever is added later: a token is compared as a whole, with an audience and a subject, and by nothing else.
run "no_trust_is_a_pattern_or_without_a_subject" {
  command = plan

  assert {
    condition = alltrue(flatten([for trust in concat([aws_iam_role.plan.assume_role_policy], [for role in aws_iam_role.apply : role.assume_role_policy]) : [
      for statement in jsondecode(trust).Statement :
      keys(statement.Condition) == ["StringEquals"] && length(statement.Condition.StringEquals["token.actions.githubusercontent.com:sub"]) >= 1 &&
      keys(statement.Condition.StringEquals) == ["token.actions.githubusercontent.com:aud", "token.actions.githubusercontent.com:sub"] &&
      !can(regex("[*?]", trust))
    ]]))
    error_message = "a role trusts more than it names"
  }
}

run "provider_is_made_once_an_account" {
  command = plan

  assert {
    condition     = aws_iam_openid_connect_provider.github[0].url == "https://token.actions.githubusercontent.com" && aws_iam_openid_connect_provider.github[0].client_id_list == toset(["sts.amazonaws.com"])
    error_message = "the provider is ${aws_iam_openid_connect_provider.github[0].url} for ${jsonencode(aws_iam_openid_connect_provider.github[0].client_id_list)}"
  }

  assert {
    condition     = output.oidc_provider_arn == "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
    error_message = "the provider's ARN is ${output.oidc_provider_arn}"
  }
}

run "provider_that_is_there_is_used" {
  command = plan

  variables {
    github_oidc_provider_arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
  }

  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 0 && local.trust.plan.Statement[0].Principal.Federated == var.github_oidc_provider_arn
    error_message = "the provider that is there is not used"
  }
}
