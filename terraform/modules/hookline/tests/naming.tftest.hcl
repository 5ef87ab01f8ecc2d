# Every name begins with <name>-<workspace>, and no workspace makes a name that AWS refuses.

run "prefix_is_name_and_workspace" {
  command = plan

  module {
    source = "../naming"
  }

  variables {
    name        = "hookline"
    environment = "dev"
  }

  assert {
    condition     = output.prefix == "hookline-dev"
    error_message = "the prefix is ${output.prefix}"
  }
}

run "default_workspace_is_refused" {
  command = plan

  module {
    source = "../naming"
  }

  variables {
    name        = "hookline"
    environment = "default"
  }

  expect_failures = [output.prefix]
}

run "workspace_that_no_name_can_hold_is_refused" {
  command = plan

  module {
    source = "../naming"
  }

  variables {
    name        = "hookline"
    environment = "Feature_1"
  }

  expect_failures = [output.prefix]
}
