# What the environment uses of the bootstrap: the permissions boundary and the key of the topic for alarms.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "names_follow_from_the_prefix_and_the_environment" {
  variables {
    bootstrap = "hookline-bootstrap"
  }

  assert {
    condition = [module.ingest.permissions_boundary, module.process.permissions_boundary] == [
      for function in ["ingest", "process"] : "arn:aws:iam::123456789012:policy/hookline-bootstrap-boundary-test"
    ]
    error_message = "the boundary of ingest is ${jsonencode(module.ingest.permissions_boundary)}"
  }

  assert {
    condition     = module.observability.topic_key_alias == "alias/hookline-bootstrap-alarms-test"
    error_message = "the key of the topic is ${jsonencode(module.observability.topic_key_alias)}"
  }
}

run "bootstrap_of_another_region_has_another_label" {
  variables {
    bootstrap = "hookline-bootstrap-dr"
  }

  assert {
    condition     = module.observability.topic_key_alias == "alias/hookline-bootstrap-dr-alarms-test"
    error_message = "the key of the topic is ${jsonencode(module.observability.topic_key_alias)}"
  }
}

run "neither_boundary_nor_key_without_a_bootstrap" {
  assert {
    condition = (
      module.ingest.permissions_boundary == null && module.process.permissions_boundary == null &&
      module.observability.topic_key_alias == null
    )
    error_message = "the boundary of ingest is ${jsonencode(module.ingest.permissions_boundary)}"
  }
}

run "another_boundary_can_replace_that_of_the_bootstrap" {
  variables {
    bootstrap            = "hookline-bootstrap"
    permissions_boundary = "arn:aws:iam::123456789012:policy/organization"
  }

  assert {
    condition = (
      module.process.permissions_boundary == "arn:aws:iam::123456789012:policy/organization" &&
      module.observability.topic_key_alias == "alias/hookline-bootstrap-alarms-test"
    )
    error_message = "the boundary of process is ${jsonencode(module.process.permissions_boundary)}"
  }
}

# The committed environments have one prefix, and none has an account ID.
run "committed_environments_use_the_bootstrap" {
  command = plan

  assert {
    condition = local.bootstrap_boundary == null && alltrue([
      for environment in ["dev", "prod", "staging"] :
      can(regex("\\nbootstrap +=  *\"hookline-bootstrap\"\\n", file("../../environments/${environment}.tfvars"))) &&
      !can(regex("[0-9]{12}|reserved_concurrency", file("../../environments/${environment}.tfvars")))
    ])
    error_message = "an environment has an account ID or a reservation, or does not use the bootstrap"
  }
}

run "rejects_bootstrap_of_another_name" {
  command = plan

  variables {
    bootstrap = "other-bootstrap"
  }

  expect_failures = [var.bootstrap]
}

run "rejects_bootstrap_without_the_label" {
  command = plan

  variables {
    bootstrap = "bootstrap"
  }

  expect_failures = [var.bootstrap]
}

run "rejects_name_of_the_state_bucket" {
  command = plan

  variables {
    bootstrap = "hookline-bootstrap-state-123456789012"
  }

  expect_failures = [var.bootstrap]
}
