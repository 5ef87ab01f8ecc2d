# Observability of the complete service: names, and default thresholds.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "alarms_and_dashboard_have_the_prefix" {
  assert {
    condition = (
      output.dashboard_name == "hookline-test" &&
      output.alarms_topic_arn == "arn:aws:sns:eu-west-1:123456789012:mocked"
    )
    error_message = "the dashboard is ${output.dashboard_name}, the topic ${output.alarms_topic_arn}"
  }

  assert {
    condition = (
      alltrue([for name, alarm in output.alarm_names : alarm == "hookline-test-${name}"]) &&
      contains(keys(output.alarm_names), "dlq-not-empty") &&
      contains(keys(output.alarm_names), "throttled-requests")
    )
    error_message = "the alarms are ${jsonencode(output.alarm_names)}"
  }

  assert {
    condition     = output.api_log_group_name == "/aws/apigateway/hookline-test"
    error_message = "the access log is in ${jsonencode(output.api_log_group_name)}"
  }
}

run "no_log_group_without_access_logs" {
  variables {
    access_logs = false
  }

  assert {
    condition     = output.api_log_group_name == null && !contains(keys(output.alarm_names), "throttled-requests")
    error_message = "the access log is in ${jsonencode(output.api_log_group_name)}"
  }
}

# A configured threshold does not change the other defaults.
run "thresholds_have_defaults" {
  command = plan

  variables {
    alarms = { rejections_per_5_minutes = 5 }
  }

  assert {
    condition = jsonencode(var.alarms) == jsonencode({
      emails                           = []
      oldest_message_seconds           = 1800
      retry_oldest_message_seconds     = 1800
      rejections_per_5_minutes         = 5
      throttled_requests_per_5_minutes = 0
      delivery_failures_per_5_minutes  = 300
      delivery_age_seconds             = 900
      api_server_errors_per_5_minutes  = 1
      silent_sources                   = {}
    })
    error_message = "the thresholds are ${jsonencode(var.alarms)}"
  }
}
