# Invalid names fail the plan: names that AWS does not accept, patterns, and names that overlap with another
# environment.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "rejects_name_with_invalid_characters" {
  command = plan

  variables {
    name = "Hook_Line"
  }

  expect_failures = [var.name]
}

run "rejects_name_with_wildcard" {
  command = plan

  variables {
    name = "hook*"
  }

  expect_failures = [var.name]
}

run "rejects_unknown_region_format" {
  command = plan

  variables {
    region = "Ireland"
  }

  expect_failures = [var.region]
}

run "rejects_empty_environments" {
  command = plan

  variables {
    environments = []
  }

  expect_failures = [var.environments]
}

run "rejects_more_than_eight_environments" {
  command = plan

  variables {
    environments = ["a", "b", "c", "d", "e", "f", "g", "h", "i"]
  }

  expect_failures = [var.environments]
}

run "rejects_wildcard_environment" {
  command = plan

  variables {
    environments = ["*"]
  }

  expect_failures = [var.environments]
}

run "rejects_environment_with_trailing_wildcard" {
  command = plan

  variables {
    environments = ["pr*"]
  }

  expect_failures = [var.environments]
}

run "rejects_environment_with_colon" {
  command = plan

  variables {
    environments = ["dev:x"]
  }

  expect_failures = [var.environments]
}

run "rejects_empty_environment_name" {
  command = plan

  variables {
    environments = [""]
  }

  expect_failures = [var.environments]
}

run "rejects_null_environment_name" {
  command = plan

  variables {
    environments = [null]
  }

  expect_failures = [var.environments]
}

run "rejects_default_workspace" {
  command = plan

  variables {
    environments = ["default"]
  }

  expect_failures = [var.environments]
}

run "rejects_environment_named_bootstrap" {
  command = plan

  variables {
    environments = ["bootstrap"]
  }

  expect_failures = [var.environments]
}

run "rejects_environment_with_prefix_of_another" {
  command = plan

  variables {
    environments = ["dev", "dev-eu"]
  }

  expect_failures = [var.environments]
}

run "rejects_oidc_provider_of_another_issuer" {
  command = plan

  variables {
    github_oidc_provider_arn = "arn:aws:iam::123456789012:oidc-provider/gitlab.com"
  }

  expect_failures = [var.github_oidc_provider_arn]
}

run "rejects_oidc_provider_with_wildcard" {
  command = plan

  variables {
    github_oidc_provider_arn = "arn:aws:iam::*:oidc-provider/token.actions.githubusercontent.com"
  }

  expect_failures = [var.github_oidc_provider_arn]
}
