# The variable api_type selects the API. The outputs have the same names for both types.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "default_is_a_rest_api" {
  assert {
    condition     = output.api_type == "rest" && length(module.api) == 1 && length(module.http_api) == 0
    error_message = "type ${output.api_type}: ${length(module.api)} REST APIs, ${length(module.http_api)} HTTP APIs"
  }

  assert {
    condition = jsonencode([output.stage_name, output.api_url]) == jsonencode([
      "live", "https://api1.execute-api.eu-west-1.amazonaws.com/live",
    ])
    error_message = "the stage ${output.stage_name} has the URL ${output.api_url}"
  }
}

run "http_replaces_the_rest_api" {
  variables {
    api_type = "http"
  }

  assert {
    condition     = output.api_type == "http" && length(module.api) == 0 && length(module.http_api) == 1
    error_message = "type ${output.api_type}: ${length(module.api)} REST APIs, ${length(module.http_api)} HTTP APIs"
  }

  assert {
    condition = jsonencode([
      output.api_id, output.stage_name, output.api_url, output.webhook_urls, output.events_url,
      ]) == jsonencode([
      "api2", "live", "https://api2.execute-api.eu-west-1.amazonaws.com/live",
      { github = "https://api2.execute-api.eu-west-1.amazonaws.com/live/webhooks/github" },
      "https://api2.execute-api.eu-west-1.amazonaws.com/live/events",
    ])
    error_message = "the URLs are ${jsonencode([output.api_url, output.webhook_urls, output.events_url])}"
  }

  # The REST API has the same log group, so the log lines stay when the type changes.
  assert {
    condition     = output.api_log_group_name == run.default_is_a_rest_api.api_log_group_name
    error_message = "the access log is in ${jsonencode(output.api_log_group_name)}"
  }

  assert {
    condition = (
      module.http_api[0].name == "hookline-test" &&
      module.identity[0].issuer == "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Mocked"
    )
    error_message = "the API is ${module.http_api[0].name}, the issuer is ${module.identity[0].issuer}"
  }
}

run "http_without_identity_and_access_log" {
  variables {
    api_type         = "http"
    identity_enabled = false
    access_logs      = false
  }

  assert {
    condition = (
      output.events_url == null &&
      output.api_log_group_name == null &&
      keys(output.webhook_urls) == ["github"]
    )
    error_message = "an output of events or of the access log is not null"
  }
}

run "rejects_websocket_type" {
  command = plan

  variables {
    api_type = "websocket"
  }

  expect_failures = [var.api_type]
}

run "rejects_type_in_capitals" {
  command = plan

  variables {
    api_type = "HTTP"
  }

  expect_failures = [var.api_type]
}
