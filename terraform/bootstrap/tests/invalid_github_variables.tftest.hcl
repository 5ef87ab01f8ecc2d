# An owner, repository or branch that could match more than one fails the plan.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "rejects_wildcard_owner" {
  command = plan

  variables {
    github_owner = "*"
  }

  expect_failures = [var.github_owner]
}

run "rejects_owner_with_trailing_wildcard" {
  command = plan

  variables {
    github_owner = "octo*"
  }

  expect_failures = [var.github_owner]
}

run "rejects_empty_owner" {
  command = plan

  variables {
    github_owner = ""
  }

  expect_failures = [var.github_owner]
}

run "rejects_owner_with_repository" {
  command = plan

  variables {
    github_owner = "octo-org/hookline"
  }

  expect_failures = [var.github_owner]
}

run "rejects_owner_with_id_in_name" {
  command = plan

  variables {
    github_owner = "octo-org@123456"
  }

  expect_failures = [var.github_owner]
}

run "rejects_wildcard_repository" {
  command = plan

  variables {
    github_repository = "*"
  }

  expect_failures = [var.github_repository]
}

run "rejects_repository_with_leading_wildcard" {
  command = plan

  variables {
    github_repository = "?ookline"
  }

  expect_failures = [var.github_repository]
}

run "rejects_repository_with_context" {
  command = plan

  variables {
    github_repository = "hookline:pull_request"
  }

  expect_failures = [var.github_repository]
}

run "rejects_repository_with_owner" {
  command = plan

  variables {
    github_repository = "octo-org/hookline"
  }

  expect_failures = [var.github_repository]
}

run "rejects_empty_repository" {
  command = plan

  variables {
    github_repository = ""
  }

  expect_failures = [var.github_repository]
}

run "rejects_fractional_owner_id" {
  command = plan

  variables {
    github_owner_id = 12.5
  }

  expect_failures = [var.github_owner_id]
}

run "rejects_owner_id_below_one" {
  command = plan

  variables {
    github_owner_id = 0
  }

  expect_failures = [var.github_owner_id]
}

run "rejects_owner_id_without_repository_id" {
  command = plan

  variables {
    github_repository_id = null
  }

  expect_failures = [var.github_owner_id]
}

run "rejects_repository_id_without_owner_id" {
  command = plan

  variables {
    github_owner_id = null
  }

  expect_failures = [var.github_owner_id]
}

run "rejects_fractional_repository_id" {
  command = plan

  variables {
    github_repository_id = 0.5
  }

  expect_failures = [var.github_repository_id]
}

run "rejects_wildcard_branch" {
  command = plan

  variables {
    github_branch = "*"
  }

  expect_failures = [var.github_branch]
}

run "rejects_branch_with_trailing_wildcard" {
  command = plan

  variables {
    github_branch = "release/*"
  }

  expect_failures = [var.github_branch]
}

run "rejects_branch_with_ref_path" {
  command = plan

  variables {
    github_branch = "refs/heads/main"
  }

  expect_failures = [var.github_branch]
}
