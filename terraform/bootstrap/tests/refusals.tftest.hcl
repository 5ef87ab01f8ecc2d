# Names that would make the wrong thing, or reach into another environment, are refused before anything is made.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "name_that_no_resource_can_have_is_refused" {
  command = plan

  variables {
    name = "Hook_Line"
  }

  expect_failures = [var.name]
}

run "name_that_is_a_pattern_is_refused" {
  command = plan

  variables {
    name = "hook*"
  }

  expect_failures = [var.name]
}

run "region_that_is_none_is_refused" {
  command = plan

  variables {
    region = "Ireland"
  }

  expect_failures = [var.region]
}

run "no_environment_is_refused" {
  command = plan

  variables {
    environments = []
  }

  expect_failures = [var.environments]
}

run "more_environments_than_a_policy_holds_are_refused" {
  command = plan

  variables {
    environments = ["a", "b", "c", "d", "e", "f", "g", "h", "i"]
  }

  expect_failures = [var.environments]
}

run "environment_that_is_a_pattern_is_refused" {
  command = plan

  variables {
    environments = ["*"]
  }

  expect_failures = [var.environments]
}

run "environment_that_ends_in_a_pattern_is_refused" {
  command = plan

  variables {
    environments = ["pr*"]
  }

  expect_failures = [var.environments]
}

run "environment_with_a_colon_is_refused" {
  command = plan

  variables {
    environments = ["dev:x"]
  }

  expect_failures = [var.environments]
}

run "environment_that_is_empty_is_refused" {
  command = plan

  variables {
    environments = [""]
  }

  expect_failures = [var.environments]
}

run "environment_that_is_null_is_refused" {
  command = plan

  variables {
    environments = [null]
  }

  expect_failures = [var.environments]
}

run "workspace_default_is_refused" {
  command = plan

  variables {
    environments = ["default"]
  }

  expect_failures = [var.environments]
}

run "environment_with_the_names_of_bootstrap_is_refused" {
  command = plan

  variables {
    environments = ["bootstrap"]
  }

  expect_failures = [var.environments]
}

run "environment_that_another_would_reach_is_refused" {
  command = plan

  variables {
    environments = ["dev", "dev-eu"]
  }

  expect_failures = [var.environments]
}

run "oidc_provider_of_another_issuer_is_refused" {
  command = plan

  variables {
    github_oidc_provider_arn = "arn:aws:iam::123456789012:oidc-provider/gitlab.com"
  }

  expect_failures = [var.github_oidc_provider_arn]
}

run "oidc_provider_that_is_a_pattern_is_refused" {
  command = plan

  variables {
    github_oidc_provider_arn = "arn:aws:iam::*:oidc-provider/token.actions.githubusercontent.com"
  }

  expect_failures = [var.github_oidc_provider_arn]
}
