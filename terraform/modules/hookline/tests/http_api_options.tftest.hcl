# What the HTTP API is given: time, an authorizer or none, an access log or none.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name            = "hookline-test"
  throttle        = { rate = 10, burst = 20 }
  timeout_seconds = 10
  access_log      = { log_group_arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/apigateway/hookline-test" }

  function = {
    name             = "hookline-test-ingest"
    alias_name       = "live"
    alias_invoke_arn = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:hookline-test-ingest:live/invocations"
  }

  events_authorizer = {
    issuer   = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Test"
    audience = ["client1"]
    scopes   = ["hookline-test/events.write"]
  }
}

run "it_waits_longer_than_the_function_may_take" {
  module {
    source = "../http_api"
  }

  assert {
    condition     = aws_apigatewayv2_integration.function.timeout_milliseconds == 12000
    error_message = "it waits for ${aws_apigatewayv2_integration.function.timeout_milliseconds} ms"
  }
}

# The longest that the root module lets ingest take.
run "it_waits_as_long_as_api_gateway_can" {
  module {
    source = "../http_api"
  }

  variables {
    timeout_seconds = 28
  }

  assert {
    condition     = aws_apigatewayv2_integration.function.timeout_milliseconds == 30000
    error_message = "it waits for ${aws_apigatewayv2_integration.function.timeout_milliseconds} ms"
  }
}

run "longer_than_api_gateway_waits_is_refused" {
  command = plan

  module {
    source = "../http_api"
  }

  variables {
    timeout_seconds = 29
  }

  expect_failures = [var.timeout_seconds]
}

run "no_authorizer_means_no_events" {
  module {
    source = "../http_api"
  }

  variables {
    events_authorizer = null
  }

  assert {
    condition     = length(aws_apigatewayv2_route.events) + length(aws_apigatewayv2_authorizer.events) + length(aws_lambda_permission.events) == 0
    error_message = "there is still a part of POST /events"
  }

  assert {
    condition     = output.events_url == null
    error_message = "there is still a URL of POST /events"
  }
}

run "authorizer_without_a_scope_is_refused" {
  command = plan

  module {
    source = "../http_api"
  }

  variables {
    events_authorizer = { issuer = "https://example.com", audience = ["client1"], scopes = [] }
  }

  expect_failures = [var.events_authorizer]
}

run "authorizer_for_nobody_is_refused" {
  command = plan

  module {
    source = "../http_api"
  }

  variables {
    events_authorizer = { issuer = "https://example.com", audience = [], scopes = ["hookline-test/events.write"] }
  }

  expect_failures = [var.events_authorizer]
}

# As the gateway fills it in. The fields are those of the REST API but for the trace, of which an HTTP API knows nothing.
run "each_line_is_json_with_the_names_of_the_rest_apis" {
  module {
    source = "../http_api"
  }

  assert {
    condition = jsondecode(replace(aws_apigatewayv2_stage.this.access_log_settings[0].format, "/\\$context\\.[A-Za-z.]+/", "202")) == {
      request_id             = "202"
      status                 = 202
      latency_ms             = 202
      integration_latency_ms = "202"
      method                 = "202"
      path                   = "202"
      ip                     = "202"
      error                  = "202"
      integration_error      = "202"
    }
    error_message = "a line is ${aws_apigatewayv2_stage.this.access_log_settings[0].format}"
  }

  assert {
    condition     = toset(concat(keys(local.access_log_fields), ["trace_id"])) == toset(regexall("\\n +([a-z_]+) += \"[$]context", file("../api/access_log.tf"))[*][0])
    error_message = "the REST API's log has other fields than ${jsonencode(keys(local.access_log_fields))}"
  }

  assert {
    condition     = aws_apigatewayv2_stage.this.access_log_settings[0].destination_arn == var.access_log.log_group_arn
    error_message = "the stage logs to ${aws_apigatewayv2_stage.this.access_log_settings[0].destination_arn}"
  }
}

run "it_says_nothing_that_a_caller_writes" {
  module {
    source = "../http_api"
  }

  assert {
    condition = length(setintersection(regexall("\\$context\\.[A-Za-z.]+", local.access_log_format), [
      "$context.path", "$context.authorizer.error", "$context.error.message", "$context.error.messageString",
      "$context.identity.userAgent",
    ])) == 0
    error_message = "a line says ${local.access_log_format}"
  }
}

run "without_it_the_stage_logs_nothing" {
  module {
    source = "../http_api"
  }

  variables {
    access_log = null
  }

  assert {
    condition     = length(aws_apigatewayv2_stage.this.access_log_settings) == 0
    error_message = "there is still an access log"
  }
}
