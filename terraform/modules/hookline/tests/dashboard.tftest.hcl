# What a person looks at: the dashboard and the saved queries.

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

run "dashboard_is_the_services_and_whole" {
  module {
    source = "../observability"
  }

  assert {
    condition     = output.dashboard_name == "hookline-test" && length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets) > 0
    error_message = "${output.dashboard_name} has no widgets"
  }

  # A test of the functions reads the file as it is, so that it has to be JSON before anything is put in.
  assert {
    condition     = length(jsondecode(file("../observability/dashboard.json.tftpl")).widgets) == length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets)
    error_message = "the template is not JSON by itself"
  }

  assert {
    condition     = !can(regex("[$%]\\{", aws_cloudwatch_dashboard.this.dashboard_body))
    error_message = "something was not put in: ${aws_cloudwatch_dashboard.this.dashboard_body}"
  }
}

run "dashboard_shows_every_metric_of_ours" {
  module {
    source = "../observability"
  }

  assert {
    condition = toset(regexall("\\[\"Hookline\", \"([A-Za-z]+)\", \"service\", \"hookline-test\"", aws_cloudwatch_dashboard.this.dashboard_body)[*][0]) == toset([
      "Accepted", "Rejected", "ServerErrors", "QueueSendTime", "Delivered", "DeliveryFailed", "DeliveryAge", "Retries",
      "DeadLettered", "ColdStarts",
    ])
    error_message = "it shows ${jsonencode(regexall("\\[\"Hookline\", \"([A-Za-z]+)\", \"service\", \"hookline-test\"", aws_cloudwatch_dashboard.this.dashboard_body)[*][0])}"
  }
}

run "dashboard_shows_the_answers_of_the_type_of_api" {
  module {
    source = "../observability"
  }

  assert {
    condition = jsonencode(regexall("\\[\"AWS/ApiGateway\", \"(\\w+)\", \"(\\w+)\", \"([\\w-]+)\", \"Stage\", \"live\"", aws_cloudwatch_dashboard.this.dashboard_body)) == jsonencode([
      ["4XXError", "ApiName", "hookline-test"], ["5XXError", "ApiName", "hookline-test"],
    ])
    error_message = "it shows ${jsonencode([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget if strcontains(jsonencode(widget), "AWS/ApiGateway")])}"
  }
}

run "dashboard_shows_the_answers_of_an_http_api" {
  module {
    source = "../observability"
  }

  variables {
    api = { type = "http", id = "api2", name = "hookline-test", stage_name = "live" }
  }

  assert {
    condition = jsonencode(regexall("\\[\"AWS/ApiGateway\", \"(\\w+)\", \"(\\w+)\", \"([\\w-]+)\", \"Stage\", \"live\"", aws_cloudwatch_dashboard.this.dashboard_body)) == jsonencode([
      ["4xx", "ApiId", "api2"], ["5xx", "ApiId", "api2"],
    ])
    error_message = "it shows ${jsonencode([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget if strcontains(jsonencode(widget), "AWS/ApiGateway")])}"
  }
}

run "dashboard_links_to_each_alarms_section" {
  module {
    source = "../observability"
  }

  assert {
    condition     = alltrue([for name in keys(output.alarm_names) : strcontains(aws_cloudwatch_dashboard.this.dashboard_body, "[${name}](https://example.com/runbook.md#${name})")])
    error_message = "an alarm has no link: ${jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets[0].properties.markdown}"
  }
}

run "queries_are_saved_by_the_services_name" {
  module {
    source = "../observability"
  }

  assert {
    condition = { for query in aws_cloudwatch_query_definition.this : query.name => join(" ", query.log_group_names) } == {
      "hookline-test/event-by-id"          = "/aws/lambda/hookline-test-ingest /aws/lambda/hookline-test-process"
      "hookline-test/refusals-by-reason"   = "/aws/lambda/hookline-test-ingest"
      "hookline-test/slowest-destinations" = "/aws/lambda/hookline-test-process"
    }
    error_message = "the queries are ${jsonencode({ for query in aws_cloudwatch_query_definition.this : query.name => query.log_group_names })}"
  }

  assert {
    condition     = alltrue([for query in aws_cloudwatch_query_definition.this : startswith(query.query_string, "# ")])
    error_message = "a query does not say what it is for"
  }
}

run "no_query_is_saved_where_none_is_wanted" {
  module {
    source = "../observability"
  }

  variables {
    saved_queries = false
  }

  assert {
    condition     = length(aws_cloudwatch_query_definition.this) == 0
    error_message = "there are saved queries"
  }
}
