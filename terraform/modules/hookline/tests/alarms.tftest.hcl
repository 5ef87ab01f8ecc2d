# What a person is woken for: each alarm's metric, its number, where it is told and what it says.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  prefix      = "hookline-test"
  runbook_url = "https://example.com/runbook.md"
  functions   = { ingest = "hookline-test-ingest", process = "hookline-test-process" }
  log_groups  = { ingest = "/aws/lambda/hookline-test-ingest", process = "/aws/lambda/hookline-test-process" }
  queues      = { intake = "hookline-test-intake", dlq = "hookline-test-intake-dlq" }
  api         = { type = "rest", id = "api1", name = "hookline-test", stage_name = "live" }

  alarms = {
    emails                          = []
    oldest_message_seconds          = 600
    refusals_per_5_minutes          = 7
    delivery_failures_per_5_minutes = 8
    delivery_age_seconds            = 90
    api_server_errors_per_5_minutes = 9
  }
}

run "each_alarm_has_its_metric_and_dimensions" {
  module {
    source = "../observability"
  }

  assert {
    condition = { for name, alarm in aws_cloudwatch_metric_alarm.this : name => "${alarm.namespace} ${alarm.metric_name} ${jsonencode(alarm.dimensions)}" } == {
      dlq-not-empty     = "AWS/SQS ApproximateNumberOfMessagesVisible {\"QueueName\":\"hookline-test-intake-dlq\"}"
      oldest-message    = "AWS/SQS ApproximateAgeOfOldestMessage {\"QueueName\":\"hookline-test-intake\"}"
      ingest-errors     = "AWS/Lambda Errors {\"FunctionName\":\"hookline-test-ingest\"}"
      process-errors    = "AWS/Lambda Errors {\"FunctionName\":\"hookline-test-process\"}"
      ingest-throttles  = "AWS/Lambda Throttles {\"FunctionName\":\"hookline-test-ingest\"}"
      process-throttles = "AWS/Lambda Throttles {\"FunctionName\":\"hookline-test-process\"}"
      api-server-errors = "AWS/ApiGateway 5XXError {\"ApiName\":\"hookline-test\",\"Stage\":\"live\"}"
      refusals          = "Hookline Rejected {\"service\":\"hookline-test\"}"
      delivery-failures = "Hookline DeliveryFailed {\"service\":\"hookline-test\"}"
      delivery-age      = "Hookline DeliveryAge {\"service\":\"hookline-test\"}"
    }
    error_message = "the metrics are ${jsonencode({ for name, alarm in aws_cloudwatch_metric_alarm.this : name => "${alarm.namespace} ${alarm.metric_name} ${jsonencode(alarm.dimensions)}" })}"
  }
}

# Under the REST API's name and dimension an HTTP API counts nothing, so the alarm would never come.
run "answers_of_an_http_api_have_a_metric_of_their_own" {
  module {
    source = "../observability"
  }

  variables {
    api = { type = "http", id = "api2", name = "hookline-test", stage_name = "live" }
  }

  assert {
    condition = ["api-server-errors"] == [for name, alarm in aws_cloudwatch_metric_alarm.this : name
      if alarm.namespace == "AWS/ApiGateway" && alarm.metric_name == "5xx" && alarm.dimensions == tomap({ ApiId = "api2", Stage = "live" })
    ]
    error_message = "the alarm looks at ${jsonencode(aws_cloudwatch_metric_alarm.this["api-server-errors"])}"
  }
}

run "api_of_another_type_is_refused" {
  command = plan

  module {
    source = "../observability"
  }

  variables {
    api = { type = "websocket", id = "api3", name = "hookline-test", stage_name = "live" }
  }

  expect_failures = [var.api]
}

run "each_alarm_comes_above_its_number" {
  module {
    source = "../observability"
  }

  assert {
    condition = { for name, alarm in aws_cloudwatch_metric_alarm.this : name => "${coalesce(alarm.statistic, alarm.extended_statistic)} > ${alarm.threshold} in ${alarm.period} s" } == {
      dlq-not-empty     = "Maximum > 0 in 60 s"
      oldest-message    = "Maximum > 600 in 300 s"
      ingest-errors     = "Sum > 0 in 300 s"
      process-errors    = "Sum > 0 in 300 s"
      ingest-throttles  = "Sum > 0 in 300 s"
      process-throttles = "Sum > 0 in 300 s"
      api-server-errors = "Sum > 9 in 300 s"
      refusals          = "Sum > 7 in 300 s"
      delivery-failures = "Sum > 8 in 300 s"
      delivery-age      = "p95 > 90000 in 300 s"
    }
    error_message = "the numbers are ${jsonencode({ for name, alarm in aws_cloudwatch_metric_alarm.this : name => "${coalesce(alarm.statistic, alarm.extended_statistic)} > ${alarm.threshold} in ${alarm.period} s" })}"
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.comparison_operator == "GreaterThanThreshold" && alarm.evaluation_periods == 1 && alarm.treat_missing_data == "notBreaching"])
    error_message = "an alarm compares otherwise, waits for more than one period or comes when there is nothing to count"
  }
}

run "each_alarm_is_told_and_so_is_its_end" {
  module {
    source = "../observability"
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_actions == toset([output.topic_arn]) && alarm.ok_actions == toset([output.topic_arn])])
    error_message = "an alarm is not told to ${output.topic_arn}"
  }

  assert {
    condition     = alltrue([for name in keys(local.alarms) : output.alarm_names[name] == "hookline-test-${name}"])
    error_message = "the alarms are ${jsonencode(output.alarm_names)}"
  }
}

run "each_alarm_says_what_to_do" {
  module {
    source = "../observability"
  }

  assert {
    condition     = alltrue([for name, alarm in aws_cloudwatch_metric_alarm.this : endswith(alarm.alarm_description, " https://example.com/runbook.md#${name}") && length(split(". ", alarm.alarm_description)) >= 2 && length(alarm.alarm_description) <= 1024])
    error_message = "the descriptions are ${jsonencode([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_description])}"
  }
}

# A link to a section that is not there helps nobody, and a section without an alarm is of one that is gone.
run "each_alarm_has_its_section_in_the_runbook" {
  module {
    source = "../observability"
  }

  assert {
    condition     = toset(regexall("(?m)^## ([a-z]+(?:-[a-z]+)*)$", file("../../../docs/runbook.md"))[*][0]) == toset(keys(local.alarms))
    error_message = "docs/runbook.md has sections for ${jsonencode(regexall("(?m)^## ([a-z]+(?:-[a-z]+)*)$", file("../../../docs/runbook.md"))[*][0])}, and there are the alarms ${jsonencode(keys(local.alarms))}"
  }
}
