# An address that gets no mail and a number that is always or never exceeded are refused, and so are a link that would break
# the dashboard and a share of traces that is none.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "address_that_is_none_is_refused" {
  command = plan

  variables {
    alarms = { emails = ["oncall"] }
  }

  expect_failures = [var.alarms]
}

run "address_with_a_name_is_refused" {
  command = plan

  variables {
    alarms = { emails = ["On Call <oncall@example.com>"] }
  }

  expect_failures = [var.alarms]
}

run "address_that_is_null_is_refused" {
  command = plan

  variables {
    alarms = { emails = [null] }
  }

  expect_failures = [var.alarms]
}

run "two_addresses_in_one_are_refused" {
  command = plan

  variables {
    alarms = { emails = ["oncall@example.com,team@example.com"] }
  }

  expect_failures = [var.alarms]
}

run "address_that_is_named_twice_is_refused" {
  command = plan

  variables {
    alarms = { emails = ["oncall@example.com", "oncall@example.com"] }
  }

  expect_failures = [var.alarms]
}

run "half_a_refusal_is_refused" {
  command = plan

  variables {
    alarms = { refusals_per_5_minutes = 0.5 }
  }

  expect_failures = [var.alarms]
}

run "fewer_failures_than_none_are_refused" {
  command = plan

  variables {
    alarms = { delivery_failures_per_5_minutes = -1 }
  }

  expect_failures = [var.alarms]
}

run "fewer_server_errors_than_none_are_refused" {
  command = plan

  variables {
    alarms = { api_server_errors_per_5_minutes = -1 }
  }

  expect_failures = [var.alarms]
}

run "age_below_a_minute_is_refused" {
  command = plan

  variables {
    alarms = { oldest_message_seconds = 59 }
  }

  expect_failures = [var.alarms]
}

run "age_at_which_the_event_is_gone_is_refused" {
  command = plan

  variables {
    queue  = { retention_seconds = 7200 }
    alarms = { oldest_message_seconds = 7200 }
  }

  expect_failures = [var.alarms]
}

run "delivery_at_once_is_refused" {
  command = plan

  variables {
    alarms = { delivery_age_seconds = 0 }
  }

  expect_failures = [var.alarms]
}

run "runbook_with_a_fragment_is_refused" {
  command = plan

  variables {
    runbook_url = "https://example.com/runbook#alarms"
  }

  expect_failures = [var.runbook_url]
}

run "runbook_that_is_no_url_is_refused" {
  command = plan

  variables {
    runbook_url = "the wiki"
  }

  expect_failures = [var.runbook_url]
}

run "runbook_that_would_end_a_string_is_refused" {
  command = plan

  variables {
    runbook_url = "https://example.com/\""
  }

  expect_failures = [var.runbook_url]
}

run "runbook_that_is_empty_is_refused" {
  command = plan

  variables {
    runbook_url = ""
  }

  expect_failures = [var.runbook_url]
}

run "rate_in_percent_is_refused" {
  command = plan

  variables {
    trace_sampling = { rate = 5 }
  }

  expect_failures = [var.trace_sampling]
}

run "rate_below_none_is_refused" {
  command = plan

  variables {
    trace_sampling = { rate = -0.05 }
  }

  expect_failures = [var.trace_sampling]
}

run "reservoir_in_parts_is_refused" {
  command = plan

  variables {
    trace_sampling = { reservoir = 0.5 }
  }

  expect_failures = [var.trace_sampling]
}

run "reservoir_below_none_is_refused" {
  command = plan

  variables {
    trace_sampling = { reservoir = -1 }
  }

  expect_failures = [var.trace_sampling]
}

run "reservoir_that_records_nearly_all_is_refused" {
  command = plan

  variables {
    trace_sampling = { reservoir = 101 }
  }

  expect_failures = [var.trace_sampling]
}
