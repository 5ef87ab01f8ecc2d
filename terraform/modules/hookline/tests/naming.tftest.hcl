# Names begin with <name>-<environment>. The plan rejects environments that cannot be part of a name in AWS.

run "prefix_is_name_and_environment" {
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

run "rejects_default_workspace" {
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

run "rejects_environment_with_invalid_characters" {
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
