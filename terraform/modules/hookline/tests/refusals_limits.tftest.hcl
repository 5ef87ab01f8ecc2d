# A value that AWS would refuse halfway through an apply, or that would lose webhooks, is refused in the plan.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "name_with_capitals_is_refused" {
  command = plan

  variables {
    name = "Hookline"
  }

  expect_failures = [var.name]
}

run "missing_package_is_refused" {
  command = plan

  variables {
    packages = {
      ingest  = "tests/fixtures/absent.zip"
      process = "tests/fixtures/package.zip"
    }
  }

  expect_failures = [var.packages]
}

run "unknown_architecture_is_refused" {
  command = plan

  variables {
    architecture = "riscv"
  }

  expect_failures = [var.architecture]
}

run "unknown_log_level_is_refused" {
  command = plan

  variables {
    log_level = "verbose"
  }

  expect_failures = [var.log_level]
}

run "odd_log_retention_is_refused" {
  command = plan

  variables {
    log_retention_days = 10
  }

  expect_failures = [var.log_retention_days]
}

run "pin_that_is_no_version_is_refused" {
  command = plan

  variables {
    pinned_versions = { ingest = "$LATEST" }
  }

  expect_failures = [var.pinned_versions]
}

run "too_few_receives_are_refused" {
  command = plan

  variables {
    queue = { max_receive_count = 4 }
  }

  expect_failures = [var.queue]
}

run "batch_that_needs_a_window_is_refused" {
  command = plan

  variables {
    queue = { batch_size = 11 }
  }

  expect_failures = [var.queue]
}

run "message_larger_than_sqs_takes_is_refused" {
  command = plan

  variables {
    queue = { max_message_bytes = 1048577 }
  }

  expect_failures = [var.queue]
}

run "concurrency_above_the_reservation_is_refused" {
  command = plan

  variables {
    queue     = { maximum_concurrency = 20 }
    functions = { process = { reserved_concurrency = 10 } }
  }

  expect_failures = [var.queue]
}

run "ingest_slower_than_api_gateway_is_refused" {
  command = plan

  variables {
    functions = { ingest = { timeout_seconds = 29 } }
  }

  expect_failures = [var.functions]
}

run "retry_that_shrinks_is_refused" {
  command = plan

  variables {
    retry = { base_seconds = 60, max_seconds = 30 }
  }

  expect_failures = [var.retry]
}

run "retry_longer_than_sqs_hides_is_refused" {
  command = plan

  variables {
    retry = { max_seconds = 43201 }
  }

  expect_failures = [var.retry]
}

run "messages_that_hold_no_event_are_refused" {
  command = plan

  variables {
    queue = { max_message_bytes = 2048 }
  }

  expect_failures = [var.queue]
}

run "throttle_of_nothing_is_refused" {
  command = plan

  variables {
    throttle = { rate = 0 }
  }

  expect_failures = [var.throttle]
}

run "recovery_of_three_days_is_refused" {
  command = plan

  variables {
    secret_recovery_days = 3
  }

  expect_failures = [var.secret_recovery_days]
}

run "secrets_kept_for_a_day_are_refused" {
  command = plan

  variables {
    secret_cache = { ttl_seconds = 86400 }
  }

  expect_failures = [var.secret_cache]
}

run "reservation_without_a_bound_on_the_mapping_is_refused" {
  command = plan

  variables {
    functions = { process = { reserved_concurrency = 5 } }
  }

  expect_failures = [var.queue]
}

run "retention_shorter_than_the_retries_is_refused" {
  command = plan

  variables {
    queue = { retention_seconds = 3600, max_receive_count = 20 }
  }

  expect_failures = [var.queue]
}

run "half_a_receive_is_refused" {
  command = plan

  variables {
    queue = { max_receive_count = 5.5 }
  }

  expect_failures = [var.queue]
}

run "payload_that_goes_before_its_event_is_refused" {
  command = plan

  variables {
    queue                  = { retention_seconds = 864000 }
    payload_retention_days = 24
  }

  expect_failures = [var.payload_retention_days]
}
