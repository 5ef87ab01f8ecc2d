# The dashboard and the saved queries.

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

run "dashboard_is_complete_json" {
  module {
    source = "../observability"
  }

  assert {
    condition = (
      output.dashboard_name == "hookline-test" &&
      length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets) > 0
    )
    error_message = "${output.dashboard_name} has no widgets"
  }

  # A Rust test reads the template, so it must be JSON before rendering.
  assert {
    condition = (
      length(jsondecode(file("../observability/dashboard.json.tftpl")).widgets) ==
      length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets)
    )
    error_message = "the template and the dashboard have different numbers of widgets"
  }

  assert {
    condition     = !can(regex("[$%]\\{", aws_cloudwatch_dashboard.this.dashboard_body))
    error_message = "a placeholder was not replaced: ${aws_cloudwatch_dashboard.this.dashboard_body}"
  }
}

run "dashboard_shows_all_metrics_of_hookline" {
  module {
    source = "../observability"
  }

  assert {
    condition = toset(regexall(
      "\\[\"Hookline\", \"([A-Za-z]+)\", \"service\", \"hookline-test\"", aws_cloudwatch_dashboard.this.dashboard_body,
      )[*][0]) == toset([
      "Accepted", "Rejected", "ServerErrors", "QueueSendTime", "Delivered", "DeliveryFailed", "DeliveryAge", "Retries",
      "DeadLettered", "ColdStarts", "AlreadyDelivered", "FilteredOut", "FilterUnreadable", "TemplateUnreadable",
      "TypeUnknown", "ReusedIds", "Deferred", "BreakerOpened", "BreakerClosed",
      "HeadersOmitted", "EventLogDropped",
    ])
    error_message = format("the dashboard shows %s", jsonencode(regexall(
      "\\[\"Hookline\", \"([A-Za-z]+)\", \"service\", \"hookline-test\"", aws_cloudwatch_dashboard.this.dashboard_body,
    )[*][0]))
  }
}

run "dashboard_shows_metrics_of_the_rest_api" {
  module {
    source = "../observability"
  }

  assert {
    condition = jsonencode(regexall(
      "\\[\"AWS/ApiGateway\", \"(\\w+)\", \"(\\w+)\", \"([\\w-]+)\", \"Stage\", \"live\"",
      aws_cloudwatch_dashboard.this.dashboard_body,
      )) == jsonencode([
      ["4XXError", "ApiName", "hookline-test"], ["5XXError", "ApiName", "hookline-test"],
    ])
    error_message = format("the widgets are %s", jsonencode([
      for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget
      if strcontains(jsonencode(widget), "AWS/ApiGateway")
    ]))
  }
}

run "dashboard_shows_metrics_of_the_http_api" {
  module {
    source = "../observability"
  }

  variables {
    api = { type = "http", id = "api2", name = "hookline-test", stage_name = "live" }
  }

  assert {
    condition = jsonencode(regexall(
      "\\[\"AWS/ApiGateway\", \"(\\w+)\", \"(\\w+)\", \"([\\w-]+)\", \"Stage\", \"live\"",
      aws_cloudwatch_dashboard.this.dashboard_body,
      )) == jsonencode([
      ["4xx", "ApiId", "api2"], ["5xx", "ApiId", "api2"],
    ])
    error_message = format("the widgets are %s", jsonencode([
      for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget
      if strcontains(jsonencode(widget), "AWS/ApiGateway")
    ]))
  }
}

run "dashboard_links_to_the_section_of_each_alarm" {
  module {
    source = "../observability"
  }

  assert {
    condition = alltrue([
      for name in keys(output.alarm_names) :
      strcontains(aws_cloudwatch_dashboard.this.dashboard_body, "[${name}](https://example.com/runbook.md#${name})")
    ])
    error_message = format(
      "an alarm has no link: %s",
      jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets[0].properties.markdown,
    )
  }
}

run "dashboard_shows_the_retry_queue" {
  module {
    source = "../observability"
  }

  assert {
    condition = toset(regexall(
      "\\[\"AWS/SQS\", \"(\\w+)\", \"QueueName\", \"hookline-test-retry\"",
      aws_cloudwatch_dashboard.this.dashboard_body,
      )[*][0]) == toset([
      "ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesDelayed", "ApproximateNumberOfMessagesNotVisible",
      "ApproximateNumberOfMessagesVisible",
    ])
    error_message = "the dashboard does not show the retry queue"
  }
}

run "saved_queries_have_the_prefix" {
  module {
    source = "../observability"
  }

  assert {
    condition = {
      for query in aws_cloudwatch_query_definition.this : query.name => join(" ", query.log_group_names)
      } == {
      "hookline-test/event-by-id"          = "/aws/lambda/hookline-test-ingest /aws/lambda/hookline-test-process"
      "hookline-test/rejections-by-reason" = "/aws/lambda/hookline-test-ingest"
      "hookline-test/slowest-destinations" = "/aws/lambda/hookline-test-process"
    }
    error_message = format("the queries are %s", jsonencode([
      for query in aws_cloudwatch_query_definition.this : [query.name, query.log_group_names]
    ]))
  }

  assert {
    condition     = alltrue([for query in aws_cloudwatch_query_definition.this : startswith(query.query_string, "# ")])
    error_message = "a query does not begin with a comment"
  }
}

run "no_saved_queries_if_disabled" {
  module {
    source = "../observability"
  }

  variables {
    saved_queries = false
  }

  assert {
    condition     = length(aws_cloudwatch_query_definition.this) == 0
    error_message = "saved queries exist"
  }
}
