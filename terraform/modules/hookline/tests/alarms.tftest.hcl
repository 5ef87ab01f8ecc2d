# The alarms: metric, threshold, topic and description of each.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  prefix      = "hookline-test"
  runbook_url = "https://example.com/runbook.md"
  functions   = { ingest = "hookline-test-ingest", process = "hookline-test-process" }
  log_groups  = { ingest = "/aws/lambda/hookline-test-ingest", process = "/aws/lambda/hookline-test-process" }
  queues      = { intake = "hookline-test-intake", retry = "hookline-test-retry", dlq = "hookline-test-intake-dlq" }
  api         = { type = "rest", id = "api1", name = "hookline-test", stage_name = "live" }

  alarms = {
    emails                           = []
    oldest_message_seconds           = 600
    retry_oldest_message_seconds     = 1200
    rejections_per_5_minutes         = 7
    throttled_requests_per_5_minutes = 6
    delivery_failures_per_5_minutes  = 8
    delivery_age_seconds             = 90
    api_server_errors_per_5_minutes  = 9
  }

  account_concurrency = 101
  access_log_group    = "/aws/apigateway/hookline-test"
}

run "alarms_have_their_metrics_and_dimensions" {
  module {
    source = "../observability"
  }

  assert {
    condition = {
      for name, alarm in aws_cloudwatch_metric_alarm.this :
      name => "${alarm.namespace} ${alarm.metric_name} ${jsonencode(alarm.dimensions)}"
      } == {
      dlq-not-empty  = "AWS/SQS ApproximateNumberOfMessagesVisible {\"QueueName\":\"hookline-test-intake-dlq\"}"
      oldest-message = "AWS/SQS ApproximateAgeOfOldestMessage {\"QueueName\":\"hookline-test-intake\"}"
      messages-in-flight = join(" ", [
        "AWS/SQS ApproximateNumberOfMessagesNotVisible", "{\"QueueName\":\"hookline-test-intake\"}",
      ])
      retry-oldest-message = "AWS/SQS ApproximateAgeOfOldestMessage {\"QueueName\":\"hookline-test-retry\"}"
      breaker-opened       = "Hookline BreakerOpened {\"service\":\"hookline-test\"}"
      account-concurrency  = "AWS/Lambda ConcurrentExecutions {}"
      throttled-requests   = "Hookline/hookline-test ThrottledRequests {}"
      ingest-errors        = "AWS/Lambda Errors {\"FunctionName\":\"hookline-test-ingest\"}"
      process-errors       = "AWS/Lambda Errors {\"FunctionName\":\"hookline-test-process\"}"
      ingest-throttles     = "AWS/Lambda Throttles {\"FunctionName\":\"hookline-test-ingest\"}"
      process-throttles    = "AWS/Lambda Throttles {\"FunctionName\":\"hookline-test-process\"}"
      api-server-errors    = "AWS/ApiGateway 5XXError {\"ApiName\":\"hookline-test\",\"Stage\":\"live\"}"
      rejections           = "Hookline Rejected {\"service\":\"hookline-test\"}"
      delivery-failures    = "Hookline DeliveryFailed {\"service\":\"hookline-test\"}"
      delivery-age         = "Hookline DeliveryAge {\"service\":\"hookline-test\"}"
    }
    error_message = format("the metrics are %s", jsonencode([
      for alarm in aws_cloudwatch_metric_alarm.this : [alarm.namespace, alarm.metric_name, alarm.dimensions]
    ]))
  }
}

# An HTTP API does not write the metrics of a REST API, so an alarm on them would never be raised.
run "http_api_has_its_own_metric" {
  module {
    source = "../observability"
  }

  variables {
    api = { type = "http", id = "api2", name = "hookline-test", stage_name = "live" }
  }

  assert {
    condition = ["api-server-errors"] == [
      for name, alarm in aws_cloudwatch_metric_alarm.this : name
      if alarm.namespace == "AWS/ApiGateway" && alarm.metric_name == "5xx" &&
      alarm.dimensions == tomap({ ApiId = "api2", Stage = "live" })
    ]
    error_message = "the alarm is ${jsonencode(aws_cloudwatch_metric_alarm.this["api-server-errors"])}"
  }
}

run "rejects_unknown_api_type" {
  command = plan

  module {
    source = "../observability"
  }

  variables {
    api = { type = "websocket", id = "api3", name = "hookline-test", stage_name = "live" }
  }

  expect_failures = [var.api]
}

run "alarms_are_raised_above_their_thresholds" {
  module {
    source = "../observability"
  }

  assert {
    condition = {
      for name, alarm in aws_cloudwatch_metric_alarm.this :
      name => "${coalesce(alarm.statistic, alarm.extended_statistic)} > ${alarm.threshold} in ${alarm.period} s"
      } == {
      dlq-not-empty        = "Maximum > 0 in 60 s"
      oldest-message       = "Maximum > 600 in 300 s"
      messages-in-flight   = "Maximum > 80000 in 300 s"
      retry-oldest-message = "Maximum > 1200 in 300 s"
      breaker-opened       = "Sum > 0 in 300 s"
      account-concurrency  = "Maximum > 80 in 60 s"
      throttled-requests   = "Sum > 6 in 300 s"
      ingest-errors        = "Sum > 0 in 300 s"
      process-errors       = "Sum > 0 in 300 s"
      ingest-throttles     = "Sum > 0 in 300 s"
      process-throttles    = "Sum > 0 in 300 s"
      api-server-errors    = "Sum > 9 in 300 s"
      rejections           = "Sum > 7 in 300 s"
      delivery-failures    = "Sum > 8 in 300 s"
      delivery-age         = "p95 > 90000 in 300 s"
    }
    error_message = format("the thresholds are %s", jsonencode([
      for name, alarm in aws_cloudwatch_metric_alarm.this :
      [name, coalesce(alarm.statistic, alarm.extended_statistic), alarm.threshold, alarm.period]
    ]))
  }

  assert {
    condition = alltrue([
      for alarm in aws_cloudwatch_metric_alarm.this :
      alarm.comparison_operator == "GreaterThanThreshold" && alarm.evaluation_periods == 1 &&
      alarm.treat_missing_data == "notBreaching"
    ])
    error_message = "an alarm has another operator, needs more than one period, or is raised by missing data"
  }
}

run "alarms_and_recoveries_are_published" {
  module {
    source = "../observability"
  }

  assert {
    condition = alltrue([
      for alarm in aws_cloudwatch_metric_alarm.this :
      alarm.alarm_actions == toset([output.topic_arn]) && alarm.ok_actions == toset([output.topic_arn])
    ])
    error_message = "an alarm is not published to ${output.topic_arn}"
  }

  assert {
    condition     = alltrue([for name in keys(local.alarms) : output.alarm_names[name] == "hookline-test-${name}"])
    error_message = "the alarms are ${jsonencode(output.alarm_names)}"
  }
}

run "descriptions_link_to_the_runbook" {
  module {
    source = "../observability"
  }

  assert {
    condition = alltrue([
      for name, alarm in aws_cloudwatch_metric_alarm.this :
      endswith(alarm.alarm_description, " https://example.com/runbook.md#${name}") &&
      length(split(". ", alarm.alarm_description)) >= 2 && length(alarm.alarm_description) <= 1024
    ])
    error_message = format("the descriptions are %s", jsonencode([
      for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_description
    ]))
  }
}

# Each alarm links to its section, and a section without an alarm is obsolete.
run "runbook_has_a_section_for_each_alarm" {
  module {
    source = "../observability"
  }

  variables {
    recovery = { function_name = "hookline-test-recover", interval_minutes = 15, lag_seconds = 64800 }
  }

  assert {
    condition = toset(concat(keys(local.alarms), ["silent-source"])) == toset(
      regexall("(?m)^## ([a-z]+(?:-[a-z]+)*)$", file("../../../docs/runbook.md"))[*][0]
    )
    error_message = format(
      "docs/runbook.md has sections for %s, and the alarms are %s",
      jsonencode(regexall("(?m)^## ([a-z]+(?:-[a-z]+)*)$", file("../../../docs/runbook.md"))[*][0]),
      jsonencode(keys(local.alarms)),
    )
  }

  assert {
    condition = toset(concat(keys(local.alarms), ["silent-source"])) == toset(flatten([
      for row in regexall("(?m)^\\| (`[a-z`, -]+`) \\| ", regex(
        "(?s)## Alarms(.*)## Traces", file("../../../docs/observability.md"),
      )[0])[*][0] : regexall("[a-z-]{2,}", row)
    ]))
    error_message = "the table of alarms in docs/observability.md differs from ${jsonencode(keys(local.alarms))}"
  }
}
