# The plan rejects invalid addresses, thresholds, runbook URLs and sampling rates.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "rejects_invalid_address" {
  command = plan

  variables {
    alarms = { emails = ["oncall"] }
  }

  expect_failures = [var.alarms]
}

run "rejects_address_with_a_name" {
  command = plan

  variables {
    alarms = { emails = ["On Call <oncall@example.com>"] }
  }

  expect_failures = [var.alarms]
}

run "rejects_null_address" {
  command = plan

  variables {
    alarms = { emails = [null] }
  }

  expect_failures = [var.alarms]
}

run "rejects_two_addresses_in_one" {
  command = plan

  variables {
    alarms = { emails = ["oncall@example.com,team@example.com"] }
  }

  expect_failures = [var.alarms]
}

run "rejects_duplicate_address" {
  command = plan

  variables {
    alarms = { emails = ["oncall@example.com", "oncall@example.com"] }
  }

  expect_failures = [var.alarms]
}

run "rejects_fractional_threshold" {
  command = plan

  variables {
    alarms = { rejections_per_5_minutes = 0.5 }
  }

  expect_failures = [var.alarms]
}

run "rejects_negative_failure_threshold" {
  command = plan

  variables {
    alarms = { delivery_failures_per_5_minutes = -1 }
  }

  expect_failures = [var.alarms]
}

run "rejects_negative_server_error_threshold" {
  command = plan

  variables {
    alarms = { api_server_errors_per_5_minutes = -1 }
  }

  expect_failures = [var.alarms]
}

run "rejects_message_age_below_one_minute" {
  command = plan

  variables {
    alarms = { oldest_message_seconds = 59 }
  }

  expect_failures = [var.alarms]
}

run "rejects_message_age_of_the_retention" {
  command = plan

  variables {
    queue  = { retention_seconds = 7200 }
    alarms = { oldest_message_seconds = 7200 }
  }

  expect_failures = [var.alarms]
}

run "rejects_delivery_age_of_zero" {
  command = plan

  variables {
    alarms = { delivery_age_seconds = 0 }
  }

  expect_failures = [var.alarms]
}

run "rejects_retry_message_age_within_the_longest_delay" {
  command = plan

  variables {
    alarms = { retry_oldest_message_seconds = 900 }
  }

  expect_failures = [var.alarms]
}

run "rejects_negative_throttle_threshold" {
  command = plan

  variables {
    alarms = { throttled_requests_per_5_minutes = -1 }
  }

  expect_failures = [var.alarms]
}

run "rejects_silence_of_more_than_a_day" {
  command = plan

  variables {
    alarms = { silent_sources = { github = 1441 } }
  }

  expect_failures = [var.alarms]
}

run "rejects_fractional_minutes_of_silence" {
  command = plan

  variables {
    alarms = { silent_sources = { github = 1.5 } }
  }

  expect_failures = [var.alarms]
}

run "rejects_unknown_silent_source" {
  command = plan

  variables {
    alarms = { silent_sources = { gitlab = 60 } }
  }

  expect_failures = [var.alarms]
}

run "rejects_silent_source_without_its_metric" {
  command = plan

  variables {
    log_level = "error"
    alarms    = { silent_sources = { github = 60 } }
  }

  expect_failures = [var.alarms]
}

run "rejects_runbook_url_with_fragment" {
  command = plan

  variables {
    runbook_url = "https://example.com/runbook#alarms"
  }

  expect_failures = [var.runbook_url]
}

run "rejects_runbook_url_with_space" {
  command = plan

  variables {
    runbook_url = "the wiki"
  }

  expect_failures = [var.runbook_url]
}

run "rejects_runbook_url_with_quote" {
  command = plan

  variables {
    runbook_url = "https://example.com/\""
  }

  expect_failures = [var.runbook_url]
}

run "rejects_empty_runbook_url" {
  command = plan

  variables {
    runbook_url = ""
  }

  expect_failures = [var.runbook_url]
}

run "rejects_sampling_rate_above_one" {
  command = plan

  variables {
    trace_sampling = { rate = 5 }
  }

  expect_failures = [var.trace_sampling]
}

run "rejects_negative_sampling_rate" {
  command = plan

  variables {
    trace_sampling = { rate = -0.05 }
  }

  expect_failures = [var.trace_sampling]
}

run "rejects_fractional_reservoir" {
  command = plan

  variables {
    trace_sampling = { reservoir = 0.5 }
  }

  expect_failures = [var.trace_sampling]
}

run "rejects_negative_reservoir" {
  command = plan

  variables {
    trace_sampling = { reservoir = -1 }
  }

  expect_failures = [var.trace_sampling]
}

run "rejects_reservoir_above_100" {
  command = plan

  variables {
    trace_sampling = { reservoir = 101 }
  }

  expect_failures = [var.trace_sampling]
}
