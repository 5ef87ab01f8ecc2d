# The alarms that depend on the access log, on the configured sources and on GitHub recovery.

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

# The metrics of the API do not count 429 responses separately, so the filter counts them in the access log.
run "throttled_requests_are_counted_in_the_access_log" {
  module {
    source = "../observability"
  }

  assert {
    condition = (
      aws_cloudwatch_log_metric_filter.throttled_requests[0].log_group_name == "/aws/apigateway/hookline-test" &&
      aws_cloudwatch_log_metric_filter.throttled_requests[0].pattern == "{ $.status = 429 }"
    )
    error_message = "the filter is ${jsonencode(aws_cloudwatch_log_metric_filter.throttled_requests[0])}"
  }

  assert {
    condition = alltrue([
      for metric in aws_cloudwatch_log_metric_filter.throttled_requests[0].metric_transformation :
      metric.namespace == aws_cloudwatch_metric_alarm.this["throttled-requests"].namespace &&
      metric.name == aws_cloudwatch_metric_alarm.this["throttled-requests"].metric_name && metric.value == "1"
    ])
    error_message = "the filter writes ${jsonencode(aws_cloudwatch_log_metric_filter.throttled_requests[0])}"
  }
}

run "no_alarm_on_throttled_requests_without_an_access_log" {
  module {
    source = "../observability"
  }

  variables {
    access_log_group = null
  }

  assert {
    condition = (
      length(aws_cloudwatch_log_metric_filter.throttled_requests) == 0 &&
      !contains(keys(output.alarm_names), "throttled-requests") &&
      contains(keys(output.alarm_names), "account-concurrency")
    )
    error_message = "the alarms are ${jsonencode(output.alarm_names)}"
  }
}

run "silent_source_raises_an_alarm" {
  module {
    source = "../observability"
  }

  variables {
    alarms = {
      emails                           = []
      oldest_message_seconds           = 600
      retry_oldest_message_seconds     = 1200
      rejections_per_5_minutes         = 7
      throttled_requests_per_5_minutes = 6
      delivery_failures_per_5_minutes  = 8
      delivery_age_seconds             = 90
      api_server_errors_per_5_minutes  = 9
      silent_sources                   = { github = 90 }
    }
  }

  assert {
    condition = {
      for key in ["namespace", "metric_name", "statistic", "comparison_operator", "treat_missing_data"] :
      key => aws_cloudwatch_metric_alarm.silent_source["github"][key]
      } == {
      namespace           = "Hookline"
      metric_name         = "Accepted"
      statistic           = "Sum"
      comparison_operator = "LessThanThreshold"
      treat_missing_data  = "breaching"
    }
    error_message = "the alarm is ${jsonencode(aws_cloudwatch_metric_alarm.silent_source["github"])}"
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.silent_source["github"].threshold == 1 &&
      aws_cloudwatch_metric_alarm.silent_source["github"].period == 5400 &&
      aws_cloudwatch_metric_alarm.silent_source["github"].dimensions ==
      tomap({ service = "hookline-test", source = "github" }) &&
      aws_cloudwatch_metric_alarm.silent_source["github"].alarm_actions == toset([output.topic_arn])
    )
    error_message = "the alarm is ${jsonencode(aws_cloudwatch_metric_alarm.silent_source["github"])}"
  }

  assert {
    condition     = output.alarm_names["silent-source-github"] == "hookline-test-silent-source-github"
    error_message = "the alarms are ${jsonencode(output.alarm_names)}"
  }

  assert {
    condition = (
      endswith(
        aws_cloudwatch_metric_alarm.silent_source["github"].alarm_description,
        " https://example.com/runbook.md#silent-source",
      ) &&
      strcontains(aws_cloudwatch_dashboard.this.dashboard_body, "[silent-source](https://example.com/runbook.md#")
    )
    error_message = "no link to the runbook: ${aws_cloudwatch_metric_alarm.silent_source["github"].alarm_description}"
  }
}

# A run that fails is normal while GitHub is unavailable; the next one continues.
run "recovery_raises_alarms" {
  module {
    source = "../observability"
  }

  variables {
    recovery = { function_name = "hookline-test-recover", interval_minutes = 1440, lag_seconds = 64800 }
  }

  assert {
    condition = {
      for name, alarm in aws_cloudwatch_metric_alarm.this :
      name => "${alarm.metric_name} ${alarm.period} ${alarm.evaluation_periods} ${jsonencode(alarm.dimensions)}"
      if startswith(name, "recover")
      } == {
      recover-errors   = "Errors 300 1 {\"FunctionName\":\"hookline-test-recover\"}"
      recovery-expired = "RecoveryExpired 300 1 {\"service\":\"hookline-test\"}"
      recovery-failed  = "RecoveryFailed 86400 2 {\"service\":\"hookline-test\"}"
      recovery-lags    = "RecoveryLag 86400 1 {\"service\":\"hookline-test\"}"
      recovery-missing = "RecoveryMissing 300 1 {\"service\":\"hookline-test\"}"
    }
    error_message = "the alarms are ${jsonencode(aws_cloudwatch_metric_alarm.this)}"
  }

  assert {
    condition = {
      for name, alarm in aws_cloudwatch_metric_alarm.this : name => "${alarm.statistic} > ${alarm.threshold}"
      if startswith(name, "recover")
      } == {
      recover-errors   = "Sum > 0"
      recovery-expired = "Sum > 0"
      recovery-failed  = "Maximum > 0"
      recovery-lags    = "Maximum > 64800"
      recovery-missing = "Sum > 0"
    }
    error_message = "the alarms are ${jsonencode(aws_cloudwatch_metric_alarm.this)}"
  }

  assert {
    condition = alltrue([
      for name, alarm in aws_cloudwatch_metric_alarm.this :
      endswith(alarm.alarm_description, " https://example.com/runbook.md#${name}") &&
      length(alarm.alarm_description) <= 1024
      if startswith(name, "recover")
    ])
    error_message = format("the descriptions are %s", jsonencode([
      for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_description
    ]))
  }

  assert {
    condition = length([
      for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget
      if strcontains(jsonencode(widget), "Recovery") || strcontains(jsonencode(widget), "hookline-test-recover")
    ]) == 5
    error_message = "the dashboard is ${aws_cloudwatch_dashboard.this.dashboard_body}"
  }
}
