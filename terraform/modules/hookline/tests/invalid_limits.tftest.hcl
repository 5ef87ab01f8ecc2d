# The plan rejects values that AWS would reject during the apply, and values that would lose events.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "rejects_name_with_capitals" {
  command = plan

  variables {
    name = "Hookline"
  }

  expect_failures = [var.name]
}

run "rejects_missing_package" {
  command = plan

  variables {
    packages = {
      ingest  = "tests/fixtures/absent.zip"
      process = "tests/fixtures/package.zip"
    }
  }

  expect_failures = [var.packages]
}

run "rejects_unknown_architecture" {
  command = plan

  variables {
    architecture = "riscv"
  }

  expect_failures = [var.architecture]
}

run "rejects_unknown_log_level" {
  command = plan

  variables {
    log_level = "verbose"
  }

  expect_failures = [var.log_level]
}

run "rejects_unsupported_log_retention" {
  command = plan

  variables {
    log_retention_days = 10
  }

  expect_failures = [var.log_retention_days]
}

run "rejects_message_size_above_the_limit_of_sqs" {
  command = plan

  variables {
    queue = { max_message_bytes = 1048577 }
  }

  expect_failures = [var.queue]
}

run "rejects_ingest_timeout_above_the_limit_of_api_gateway" {
  command = plan

  variables {
    functions = { ingest = { timeout_seconds = 29 } }
  }

  expect_failures = [var.functions]
}

run "rejects_message_size_too_small_for_an_event" {
  command = plan

  variables {
    queue = { max_message_bytes = 2048 }
  }

  expect_failures = [var.queue]
}

run "rejects_throttle_rate_of_zero" {
  command = plan

  variables {
    throttle = { rate = 0 }
  }

  expect_failures = [var.throttle]
}

run "rejects_unsupported_secret_recovery" {
  command = plan

  variables {
    secret_recovery_days = 3
  }

  expect_failures = [var.secret_recovery_days]
}

run "rejects_secret_ttl_above_one_hour" {
  command = plan

  variables {
    secret_cache = { ttl_seconds = 86400 }
  }

  expect_failures = [var.secret_cache]
}

run "rejects_payload_retention_shorter_than_the_event" {
  command = plan

  variables {
    queue                  = { retention_seconds = 864000 }
    payload_retention_days = 36
  }

  expect_failures = [var.payload_retention_days]
}

run "accepts_payload_retention_longer_than_the_event" {
  command = plan

  variables {
    queue                  = { retention_seconds = 864000 }
    payload_retention_days = 37
  }
}

run "rejects_account_without_concurrency" {
  command = plan

  variables {
    account_concurrency = 0
  }

  expect_failures = [var.account_concurrency]
}

run "rejects_canary_without_traffic" {
  command = plan

  variables {
    canary = { percent = 0 }
  }

  expect_failures = [var.canary]
}

run "rejects_canary_that_ends_before_the_metrics_arrive" {
  command = plan

  variables {
    canary = { minutes = 1 }
  }

  expect_failures = [var.canary]
}

run "rejects_canary_longer_than_the_credentials_of_the_pipeline" {
  command = plan

  variables {
    canary = { minutes = 16 }
  }

  expect_failures = [var.canary]
}

run "rejects_fractions_in_canary" {
  command = plan

  variables {
    canary = { percent = 12.5 }
  }

  expect_failures = [var.canary]
}
