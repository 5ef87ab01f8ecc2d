# The API's access log: its fields, its log group, its retention, and that it is optional.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name           = "hookline-test"
  throttle       = { rate = 10, burst = 20 }
  retention_days = 14
  sources        = { github = { throttle = { rate = 10, burst = 20 } } }
  access_log     = { log_group_arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/apigateway/hookline-test" }

  function = {
    name       = "hookline-test-ingest"
    alias_name = "live"
    alias_invoke_arn = join("/", [
      "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions",
      "arn:aws:lambda:eu-west-1:123456789012:function:hookline-test-ingest:live", "invocations",
    ])
  }
}

run "log_group_has_the_configured_retention" {
  module {
    source = "../access_log"
  }

  assert {
    condition = (
      output.name == "/aws/apigateway/hookline-test" &&
      aws_cloudwatch_log_group.this.retention_in_days == 14
    )
    error_message = "the retention of ${output.name} is ${aws_cloudwatch_log_group.this.retention_in_days} days"
  }
}

run "stage_writes_to_the_log_group" {
  module {
    source = "../api"
  }

  assert {
    condition     = aws_api_gateway_stage.this.access_log_settings[0].destination_arn == var.access_log.log_group_arn
    error_message = "the stage logs to ${aws_api_gateway_stage.this.access_log_settings[0].destination_arn}"
  }
}

# API Gateway replaces each variable with its value.
run "lines_are_json_with_the_field_names_of_the_functions" {
  module {
    source = "../api"
  }

  assert {
    condition = jsondecode(replace(
      aws_api_gateway_stage.this.access_log_settings[0].format, "/\\$context\\.[A-Za-z.]+/", "202",
      )) == {
      request_id             = "202"
      trace_id               = "202"
      status                 = 202
      latency_ms             = 202
      integration_latency_ms = "202"
      method                 = "202"
      path                   = "202"
      ip                     = "202"
      error                  = "202"
      integration_error      = "202"
    }
    error_message = "a line is ${aws_api_gateway_stage.this.access_log_settings[0].format}"
  }
}

# The gateway's message quotes headers, and the path is text from the caller.
run "lines_contain_no_text_from_the_caller" {
  module {
    source = "../api"
  }

  assert {
    condition = length(setintersection(regexall("\\$context\\.[A-Za-z.]+", local.access_log_format), [
      "$context.path", "$context.error.message", "$context.error.messageString", "$context.identity.userAgent",
    ])) == 0
    error_message = "a line is ${local.access_log_format}"
  }
}

run "stage_writes_no_log_without_a_log_group" {
  module {
    source = "../api"
  }

  variables {
    access_log = null
  }

  assert {
    condition     = length(aws_api_gateway_stage.this.access_log_settings) == 0
    error_message = "the stage has an access log"
  }
}
