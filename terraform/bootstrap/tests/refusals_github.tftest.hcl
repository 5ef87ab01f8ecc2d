# A repository, owner or branch that could stand for more than itself is refused before anything is made.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "owner_that_is_a_pattern_is_refused" {
  command = plan

  variables {
    github_owner = "*"
  }

  expect_failures = [var.github_owner]
}

run "owner_that_ends_in_a_pattern_is_refused" {
  command = plan

  variables {
    github_owner = "octo*"
  }

  expect_failures = [var.github_owner]
}

run "owner_that_is_empty_is_refused" {
  command = plan

  variables {
    github_owner = ""
  }

  expect_failures = [var.github_owner]
}

run "owner_with_a_repository_is_refused" {
  command = plan

  variables {
    github_owner = "octo-org/hookline"
  }

  expect_failures = [var.github_owner]
}

run "owner_with_an_id_in_its_name_is_refused" {
  command = plan

  variables {
    github_owner = "octo-org@123456"
  }

  expect_failures = [var.github_owner]
}

run "repository_that_is_a_pattern_is_refused" {
  command = plan

  variables {
    github_repository = "*"
  }

  expect_failures = [var.github_repository]
}

run "repository_that_begins_with_a_pattern_is_refused" {
  command = plan

  variables {
    github_repository = "?ookline"
  }

  expect_failures = [var.github_repository]
}

run "repository_with_a_context_is_refused" {
  command = plan

  variables {
    github_repository = "hookline:pull_request"
  }

  expect_failures = [var.github_repository]
}

run "repository_with_an_owner_is_refused" {
  command = plan

  variables {
    github_repository = "octo-org/hookline"
  }

  expect_failures = [var.github_repository]
}

run "repository_that_is_empty_is_refused" {
  command = plan

  variables {
    github_repository = ""
  }

  expect_failures = [var.github_repository]
}

run "owner_id_that_is_no_whole_number_is_refused" {
  command = plan

  variables {
    github_owner_id = 12.5
  }

  expect_failures = [var.github_owner_id]
}

run "owner_id_below_one_is_refused" {
  command = plan

  variables {
    github_owner_id = 0
  }

  expect_failures = [var.github_owner_id]
}

run "owner_id_alone_is_refused" {
  command = plan

  variables {
    github_repository_id = null
  }

  expect_failures = [var.github_owner_id]
}

run "repository_id_alone_is_refused" {
  command = plan

  variables {
    github_owner_id = null
  }

  expect_failures = [var.github_owner_id]
}

run "repository_id_that_is_no_whole_number_is_refused" {
  command = plan

  variables {
    github_repository_id = 0.5
  }

  expect_failures = [var.github_repository_id]
}

run "branch_that_is_a_pattern_is_refused" {
  command = plan

  variables {
    github_branch = "*"
  }

  expect_failures = [var.github_branch]
}

run "branch_that_ends_in_a_pattern_is_refused" {
  command = plan

  variables {
    github_branch = "release/*"
  }

  expect_failures = [var.github_branch]
}

run "branch_with_its_path_is_refused" {
  command = plan

  variables {
    github_branch = "refs/heads/main"
  }

  expect_failures = [var.github_branch]
}
