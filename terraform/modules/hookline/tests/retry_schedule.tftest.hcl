# The output of the retry schedule. The numbers of attempts are those of crates/retry.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "default_schedule_has_fourteen_attempts" {
  command = plan

  assert {
    condition = (
      output.retry_schedule == "attempts after about 10 s, 50 s, 4 min, 14 min, 57 min, 3.8 h, … 24 h; 14 attempts"
    )
    error_message = "the schedule is ${output.retry_schedule}"
  }

  assert {
    condition     = local.early_times == [10, 50, 210, 850, 3410, 13650, 24450, 35250]
    error_message = "the first retries are after ${jsonencode(local.early_times)}"
  }
}

run "equal_waits" {
  command = plan

  variables {
    retry = { base_seconds = 3600, max_seconds = 3600, give_up_after_hours = 12 }
  }

  assert {
    condition = (
      output.retry_schedule == "attempts after about 60 min, 2 h, 3 h, 4 h, 5 h, 6 h, … 12 h; 13 attempts"
    )
    error_message = "the schedule is ${output.retry_schedule}"
  }
}

run "giving_up_while_the_waits_grow" {
  command = plan

  variables {
    retry = { base_seconds = 60, max_seconds = 10800, give_up_after_hours = 1 }
  }

  assert {
    condition     = output.retry_schedule == "attempts after about 60 s, 5 min, 21 min, 60 min; 5 attempts"
    error_message = "the schedule is ${output.retry_schedule}"
  }
}

run "giving_up_at_the_first_retry" {
  command = plan

  variables {
    retry = { base_seconds = 3600, max_seconds = 10800, give_up_after_hours = 1 }
  }

  assert {
    condition     = output.retry_schedule == "attempts after about 60 min; 2 attempts"
    error_message = "the schedule is ${output.retry_schedule}"
  }
}

run "seven_attempts_are_all_shown" {
  command = plan

  variables {
    retry = { base_seconds = 10, max_seconds = 10800, give_up_after_hours = 4 }
  }

  assert {
    condition = (
      output.retry_schedule == "attempts after about 10 s, 50 s, 4 min, 14 min, 57 min, 3.8 h, 4 h; 8 attempts"
    )
    error_message = "the schedule is ${output.retry_schedule}"
  }
}

# The smallest base grows to the greatest limit.
run "longest_schedule" {
  command = plan

  variables {
    retry                  = { base_seconds = 1, max_seconds = 43200, give_up_after_hours = 168 }
    idempotency            = { window_days = 21 }
    payload_retention_days = 60
  }

  # 1, 5, 21, 85, 341, 1365, 5461 and 21845 s, then each 12 hours until 7 days.
  assert {
    condition = (
      output.retry_schedule == "attempts after about 1 s, 5 s, 21 s, 85 s, 6 min, 23 min, … 168 h; 23 attempts"
    )
    error_message = "the schedule is ${output.retry_schedule}"
  }
}

run "schedule_for_tests" {
  command = plan

  variables {
    retry = { base_seconds = 1, max_seconds = 3, give_up_after_hours = 0.01 }
  }

  assert {
    condition     = output.retry_schedule == "attempts after about 1 s, 4 s, 7 s, 10 s, 13 s, 16 s, … 36 s; 14 attempts"
    error_message = "the schedule is ${output.retry_schedule}"
  }
}
