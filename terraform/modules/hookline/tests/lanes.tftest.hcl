# The two lanes: the mappings of both queues, and the configuration that process gets.

mock_provider "aws" {
  source = "./tests/mocks"

  override_resource {
    target = module.queue.aws_sqs_queue.retry
    values = {
      arn = "arn:aws:sqs:eu-west-1:123456789012:retry"
      url = "https://sqs.eu-west-1.amazonaws.com/123456789012/retry"
    }
  }
}

run "mappings_invoke_the_alias_with_partial_batch_responses" {
  assert {
    condition = alltrue([
      for mapping in [aws_lambda_event_source_mapping.intake, aws_lambda_event_source_mapping.retry] :
      mapping.function_name == module.process.alias_arn && mapping.enabled && mapping.batch_size == 10 &&
      mapping.function_response_types == toset(["ReportBatchItemFailures"])
    ])
    error_message = "the mappings are ${jsonencode([
      aws_lambda_event_source_mapping.intake, aws_lambda_event_source_mapping.retry,
    ])}"
  }

  assert {
    condition = (
      aws_lambda_event_source_mapping.intake.event_source_arn == output.queue_arn &&
      aws_lambda_event_source_mapping.retry.event_source_arn == "arn:aws:sqs:eu-west-1:123456789012:retry" &&
      output.retry_queue_arn == "arn:aws:sqs:eu-west-1:123456789012:retry"
    )
    error_message = "the retry mapping reads ${aws_lambda_event_source_mapping.retry.event_source_arn}"
  }
}

run "each_lane_has_its_own_concurrency" {
  assert {
    condition = (
      aws_lambda_event_source_mapping.intake.scaling_config[0].maximum_concurrency == 20 &&
      aws_lambda_event_source_mapping.retry.scaling_config[0].maximum_concurrency == 5
    )
    error_message = "the default concurrency is not 20 and 5"
  }
}

run "lanes_have_the_configured_limits" {
  variables {
    queue      = { maximum_concurrency = 6, batch_size = 4 }
    retry_lane = { maximum_concurrency = 3, batch_size = 2 }
    functions  = { process = { reserved_concurrency = 9 } }
  }

  assert {
    condition = (
      aws_lambda_event_source_mapping.intake.scaling_config[0].maximum_concurrency == 6 &&
      aws_lambda_event_source_mapping.intake.batch_size == 4
    )
    error_message = "the intake lane is ${jsonencode(aws_lambda_event_source_mapping.intake)}"
  }

  assert {
    condition = (
      aws_lambda_event_source_mapping.retry.scaling_config[0].maximum_concurrency == 3 &&
      aws_lambda_event_source_mapping.retry.batch_size == 2
    )
    error_message = "the retry lane is ${jsonencode(aws_lambda_event_source_mapping.retry)}"
  }
}

run "pause_stops_both_lanes" {
  variables {
    queue = { paused = true }
  }

  assert {
    condition     = !aws_lambda_event_source_mapping.intake.enabled && !aws_lambda_event_source_mapping.retry.enabled
    error_message = "a lane is not stopped"
  }
}

run "process_gets_the_defaults" {
  assert {
    condition = (
      local.process_environment.HOOKLINE_RETRY_QUEUE_URL == "https://sqs.eu-west-1.amazonaws.com/123456789012/retry" &&
      output.retry_queue_url == local.process_environment.HOOKLINE_RETRY_QUEUE_URL
    )
    error_message = "process gets ${jsonencode(local.process_environment)}"
  }

  assert {
    condition = jsondecode(local.process_environment.HOOKLINE_RETRY) == {
      base_seconds = 10, max_seconds = 10800, give_up_seconds = 86400, jitter = "half"
    }
    error_message = "HOOKLINE_RETRY is ${local.process_environment.HOOKLINE_RETRY}"
  }

  assert {
    condition = jsondecode(local.process_environment.HOOKLINE_BREAKER) == {
      failures = 5, cool_down_seconds = 30, max_cool_down_seconds = 300, event_bus = "default"
    }
    error_message = "HOOKLINE_BREAKER is ${local.process_environment.HOOKLINE_BREAKER}"
  }
}

run "process_gets_the_configured_values" {
  variables {
    retry   = { base_seconds = 1, max_seconds = 3, give_up_after_hours = 0.01, jitter = "none" }
    breaker = { failures = 3, cool_down_seconds = 2, max_cool_down_seconds = 8, event_bus = "" }
  }

  assert {
    condition = jsondecode(local.process_environment.HOOKLINE_RETRY) == {
      base_seconds = 1, max_seconds = 3, give_up_seconds = 36, jitter = "none"
    }
    error_message = "HOOKLINE_RETRY is ${local.process_environment.HOOKLINE_RETRY}"
  }

  assert {
    condition = jsondecode(local.process_environment.HOOKLINE_BREAKER) == {
      failures = 3, cool_down_seconds = 2, max_cool_down_seconds = 8
    }
    error_message = "HOOKLINE_BREAKER is ${local.process_environment.HOOKLINE_BREAKER}"
  }
}

run "process_gets_the_age_at_which_a_destination_is_given_up" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "https://sink.example.com/hooks", give_up_after_hours = 0.5 }
    }
  }

  assert {
    condition     = jsondecode(local.process_environment.HOOKLINE_DESTINATIONS).sink.give_up_seconds == 1800
    error_message = "HOOKLINE_DESTINATIONS is ${local.process_environment.HOOKLINE_DESTINATIONS}"
  }
}
