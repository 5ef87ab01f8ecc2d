# The plan rejects settings of the queues, retries and circuit breakers that would lose events or stop deliveries.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "rejects_too_few_receives" {
  command = plan

  variables {
    queue = { max_receive_count = 4 }
  }

  expect_failures = [var.queue]
}

run "rejects_batch_that_needs_a_window" {
  command = plan

  variables {
    queue = { batch_size = 11 }
  }

  expect_failures = [var.queue]
}

run "rejects_concurrency_above_the_reservation" {
  command = plan

  variables {
    queue      = { maximum_concurrency = 8 }
    retry_lane = { maximum_concurrency = 3 }
    functions  = { process = { reserved_concurrency = 10 } }
  }

  expect_failures = [var.queue]
}

run "rejects_base_delay_above_the_longest_delay" {
  command = plan

  variables {
    retry = { base_seconds = 60, max_seconds = 30 }
  }

  expect_failures = [var.retry]
}

run "rejects_delay_of_more_than_twelve_hours" {
  command = plan

  variables {
    retry = { max_seconds = 43201 }
  }

  expect_failures = [var.retry]
}

run "rejects_retention_shorter_than_the_receives" {
  command = plan

  variables {
    queue = { retention_seconds = 3600, max_receive_count = 10 } # 10 times 360 s
  }

  expect_failures = [var.queue]
}

run "rejects_fractional_receive_count" {
  command = plan

  variables {
    queue = { max_receive_count = 5.5 }
  }

  expect_failures = [var.queue]
}

run "rejects_reservation_below_the_default_concurrency" {
  command = plan

  variables {
    functions = { process = { reserved_concurrency = 5 } }
  }

  expect_failures = [var.queue]
}

run "rejects_concurrency_below_the_limit_of_mappings" {
  command = plan

  variables {
    queue = { maximum_concurrency = 1 }
  }

  expect_failures = [var.queue]
}

run "rejects_fractional_concurrency" {
  command = plan

  variables {
    queue = { maximum_concurrency = 2.5 }
  }

  expect_failures = [var.queue]
}

run "rejects_retry_concurrency_below_the_limit_of_mappings" {
  command = plan

  variables {
    retry_lane = { maximum_concurrency = 1 }
  }

  expect_failures = [var.retry_lane]
}

run "rejects_retry_batch_that_needs_a_window" {
  command = plan

  variables {
    retry_lane = { batch_size = 11 }
  }

  expect_failures = [var.retry_lane]
}

run "rejects_fractional_retry_batch" {
  command = plan

  variables {
    retry_lane = { batch_size = 1.5 }
  }

  expect_failures = [var.retry_lane]
}

run "rejects_retries_without_a_delay" {
  command = plan

  variables {
    retry = { base_seconds = 0 }
  }

  expect_failures = [var.retry]
}

run "rejects_fractional_delay" {
  command = plan

  variables {
    retry = { base_seconds = 1.5 }
  }

  expect_failures = [var.retry]
}

run "rejects_giving_up_after_more_than_seven_days" {
  command = plan

  variables {
    retry = { give_up_after_hours = 169 }
  }

  expect_failures = [var.retry]
}

run "rejects_giving_up_before_the_first_retry" {
  command = plan

  variables {
    retry = { base_seconds = 3600, give_up_after_hours = 0.5 }
  }

  expect_failures = [var.retry]
}

run "rejects_unknown_jitter" {
  command = plan

  variables {
    retry = { jitter = "some" }
  }

  expect_failures = [var.retry]
}

run "rejects_breaker_without_failures" {
  command = plan

  variables {
    breaker = { failures = 0 }
  }

  expect_failures = [var.breaker]
}

run "rejects_cool_down_above_the_longest_cool_down" {
  command = plan

  variables {
    breaker = { cool_down_seconds = 301 }
  }

  expect_failures = [var.breaker]
}

run "rejects_cool_down_of_more_than_an_hour" {
  command = plan

  variables {
    breaker = { max_cool_down_seconds = 3601 }
  }

  expect_failures = [var.breaker]
}

run "rejects_fractional_failures" {
  command = plan

  variables {
    breaker = { failures = 2.5 }
  }

  expect_failures = [var.breaker]
}

run "rejects_invalid_event_bus" {
  command = plan

  variables {
    breaker = { event_bus = "arn:aws:sns:eu-west-1:123456789012:topic" }
  }

  expect_failures = [var.breaker]
}

run "rejects_destination_that_is_given_up_later_than_the_others" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "https://sink.example.com/hooks", give_up_after_hours = 25 }
    }
  }

  expect_failures = [var.destinations]
}

run "rejects_destination_that_is_given_up_at_once" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "https://sink.example.com/hooks", give_up_after_hours = 0 }
    }
  }

  expect_failures = [var.destinations]
}
