# Options of the HTTP API: the timeout, the authorizer and the access log.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name            = "hookline-test"
  throttle        = { rate = 10, burst = 20 }
  timeout_seconds = 10
  sources         = { github = { throttle = { rate = 10, burst = 20 } } }
  access_log      = { log_group_arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/apigateway/hookline-test" }

  function = {
    name       = "hookline-test-ingest"
    alias_name = "live"
    alias_invoke_arn = join("/", [
      "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions",
      "arn:aws:lambda:eu-west-1:123456789012:function:hookline-test-ingest:live", "invocations",
    ])
  }

  events_authorizer = {
    issuer   = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Test"
    audience = ["client1"]
    scopes   = ["hookline-test/events.write"]
  }
}

run "gateway_waits_longer_than_the_function" {
  module {
    source = "../http_api"
  }

  assert {
    condition     = aws_apigatewayv2_integration.function.timeout_milliseconds == 12000
    error_message = "the timeout is ${aws_apigatewayv2_integration.function.timeout_milliseconds} ms"
  }
}

# The longest timeout of ingest that modules/hookline allows.
run "longest_timeout_fits_api_gateway" {
  module {
    source = "../http_api"
  }

  variables {
    timeout_seconds = 28
  }

  assert {
    condition     = aws_apigatewayv2_integration.function.timeout_milliseconds == 30000
    error_message = "the timeout is ${aws_apigatewayv2_integration.function.timeout_milliseconds} ms"
  }
}

run "rejects_timeout_above_the_limit_of_api_gateway" {
  command = plan

  module {
    source = "../http_api"
  }

  variables {
    timeout_seconds = 29
  }

  expect_failures = [var.timeout_seconds]
}

run "no_events_route_without_an_authorizer" {
  module {
    source = "../http_api"
  }

  variables {
    events_authorizer = null
  }

  assert {
    condition = 0 == sum([
      length(aws_apigatewayv2_route.events), length(aws_apigatewayv2_authorizer.events),
      length(aws_lambda_permission.events),
    ])
    error_message = "a resource of POST /events exists"
  }

  assert {
    condition     = output.events_url == null
    error_message = "the URL of POST /events is not null"
  }
}

run "rejects_authorizer_without_scopes" {
  command = plan

  module {
    source = "../http_api"
  }

  variables {
    events_authorizer = { issuer = "https://example.com", audience = ["client1"], scopes = [] }
  }

  expect_failures = [var.events_authorizer]
}

run "rejects_authorizer_without_clients" {
  command = plan

  module {
    source = "../http_api"
  }

  variables {
    events_authorizer = { issuer = "https://example.com", audience = [], scopes = ["hookline-test/events.write"] }
  }

  expect_failures = [var.events_authorizer]
}

# API Gateway replaces each variable with its value. The fields are those of the REST API, without the trace id.
run "lines_are_json_with_the_field_names_of_the_rest_api" {
  module {
    source = "../http_api"
  }

  assert {
    condition = jsondecode(replace(
      aws_apigatewayv2_stage.this.access_log_settings[0].format, "/\\$context\\.[A-Za-z.]+/", "202",
      )) == {
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
    condition = toset(concat(keys(local.access_log_fields), ["trace_id"])) == toset(
      regexall("\\n +([a-z_]+) += \"[$]context", file("../api/access_log.tf"))[*][0]
    )
    error_message = "the fields differ from those of the REST API: ${jsonencode(keys(local.access_log_fields))}"
  }

  assert {
    condition     = aws_apigatewayv2_stage.this.access_log_settings[0].destination_arn == var.access_log.log_group_arn
    error_message = "the stage logs to ${aws_apigatewayv2_stage.this.access_log_settings[0].destination_arn}"
  }
}

run "lines_contain_no_text_from_the_caller" {
  module {
    source = "../http_api"
  }

  assert {
    condition = length(setintersection(regexall("\\$context\\.[A-Za-z.]+", local.access_log_format), [
      "$context.path", "$context.authorizer.error", "$context.error.message", "$context.error.messageString",
      "$context.identity.userAgent",
    ])) == 0
    error_message = "a line is ${local.access_log_format}"
  }
}

run "stage_writes_no_log_without_a_log_group" {
  module {
    source = "../http_api"
  }

  variables {
    access_log = null
  }

  assert {
    condition     = length(aws_apigatewayv2_stage.this.access_log_settings) == 0
    error_message = "the stage has an access log"
  }
}
