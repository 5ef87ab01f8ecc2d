# One variable chooses the API; what is told of it has the same names for both.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "rest_unless_another_is_asked_for" {
  assert {
    condition     = output.api_type == "rest" && length(module.api) == 1 && length(module.http_api) == 0
    error_message = "the API is of the type ${output.api_type}, REST APIs are ${length(module.api)}, HTTP APIs ${length(module.http_api)}"
  }

  assert {
    condition     = jsonencode([output.stage_name, output.api_url]) == jsonencode(["live", "https://api1.execute-api.eu-west-1.amazonaws.com/live"])
    error_message = "the stage ${output.stage_name} is at ${output.api_url}"
  }
}

run "http_takes_its_place" {
  variables {
    api_type = "http"
  }

  assert {
    condition     = output.api_type == "http" && length(module.api) == 0 && length(module.http_api) == 1
    error_message = "the API is of the type ${output.api_type}, REST APIs are ${length(module.api)}, HTTP APIs ${length(module.http_api)}"
  }

  assert {
    condition = jsonencode([output.api_id, output.stage_name, output.api_url, output.webhook_urls, output.events_url]) == jsonencode([
      "api2", "live", "https://api2.execute-api.eu-west-1.amazonaws.com/live",
      { github = "https://api2.execute-api.eu-west-1.amazonaws.com/live/webhooks/github" },
      "https://api2.execute-api.eu-west-1.amazonaws.com/live/events",
    ])
    error_message = "the outputs are ${jsonencode([output.api_id, output.stage_name, output.api_url, output.webhook_urls, output.events_url])}"
  }

  # Where the REST API logs too: what it has said is kept.
  assert {
    condition     = output.api_log_group_name == run.rest_unless_another_is_asked_for.api_log_group_name
    error_message = "the access log is in ${jsonencode(output.api_log_group_name)}"
  }

  assert {
    condition     = module.http_api[0].name == "hookline-test" && module.identity[0].issuer == "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Mocked"
    error_message = "the API is named ${module.http_api[0].name}, the tokens are of ${module.identity[0].issuer}"
  }
}

run "http_without_identity_and_log_is_just_webhooks" {
  variables {
    api_type         = "http"
    identity_enabled = false
    access_logs      = false
  }

  assert {
    condition     = output.events_url == null && output.api_log_group_name == null && keys(output.webhook_urls) == ["github"]
    error_message = "an output still speaks of events or of a log"
  }
}

run "type_that_api_gateway_has_otherwise_is_refused" {
  command = plan

  variables {
    api_type = "websocket"
  }

  expect_failures = [var.api_type]
}

run "type_in_capitals_is_refused" {
  command = plan

  variables {
    api_type = "HTTP"
  }

  expect_failures = [var.api_type]
}
