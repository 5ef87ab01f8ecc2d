# The limit of deliveries that lead to an event, which ends loops of destinations.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "limit_is_eight_hops_by_default" {
  command = plan

  assert {
    condition     = local.process_environment.HOOKLINE_MAX_HOPS == "8"
    error_message = "process gets ${jsonencode(local.process_environment)}"
  }
}

run "process_gets_the_limit" {
  command = plan

  variables {
    max_hops = 100
  }

  assert {
    condition     = local.process_environment.HOOKLINE_MAX_HOPS == "100"
    error_message = "process gets ${jsonencode(local.process_environment)}"
  }
}

run "accepts_one_hop" {
  command = plan

  variables {
    max_hops = 1
  }
}

run "rejects_zero_hops" {
  command = plan

  variables {
    max_hops = 0
  }

  expect_failures = [var.max_hops]
}

run "rejects_more_than_a_hundred_hops" {
  command = plan

  variables {
    max_hops = 101
  }

  expect_failures = [var.max_hops]
}

run "rejects_fraction_of_a_hop" {
  command = plan

  variables {
    max_hops = 1.5
  }

  expect_failures = [var.max_hops]
}
