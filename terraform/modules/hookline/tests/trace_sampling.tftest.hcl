# How many requests X-Ray records: a rule for the REST API's stage and for nothing else, unless it is left out.

mock_provider "aws" {
  source = "./tests/mocks"
}

# What the API's module is given where a test looks into it.
variables {
  name           = "hookline"
  throttle       = { rate = 10, burst = 20 }
  trace_sampling = {}

  function = {
    name             = "hookline-test-ingest"
    alias_name       = "live"
    alias_invoke_arn = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:hookline-test-ingest:live/invocations"
  }
}

run "five_percent_and_no_reservoir_unless_asked_otherwise" {
  command = plan

  assert {
    condition     = var.trace_sampling == { rate = 0.05, reservoir = 0 }
    error_message = "recorded are ${jsonencode(var.trace_sampling)}"
  }

  assert {
    condition     = module.api[0].sampling_rule_name == "hookline-test"
    error_message = "the rule is ${jsonencode(module.api[0].sampling_rule_name)}"
  }
}

run "one_number_does_not_change_the_other" {
  command = plan

  variables {
    trace_sampling = { reservoir = 1 }
  }

  assert {
    condition     = var.trace_sampling == { rate = 0.05, reservoir = 1 }
    error_message = "recorded are ${jsonencode(var.trace_sampling)}"
  }
}

run "null_makes_no_rule" {
  command = plan

  variables {
    trace_sampling = null
  }

  assert {
    condition     = module.api[0].sampling_rule_name == null
    error_message = "there is still the rule ${jsonencode(module.api[0].sampling_rule_name)}"
  }
}

# X-Ray does not trace an HTTP API, so a rule for one would fit nothing.
run "http_has_no_rule" {
  command = plan

  variables {
    api_type       = "http"
    trace_sampling = { rate = 1 }
  }

  assert {
    condition     = length(module.api) == 0 && length([for file in fileset("..", "*/*.tf") : file if strcontains(file("../${file}"), "resource \"aws_xray_sampling_rule\"")]) == 1
    error_message = "a rule is made elsewhere than for the REST API"
  }
}

run "it_fits_this_stage_and_no_other_service" {
  module {
    source = "../api"
  }

  variables {
    name           = "hookline-test"
    trace_sampling = { rate = 0.25, reservoir = 2 }
  }

  assert {
    condition = (aws_xray_sampling_rule.this["stage"].service_name == "hookline-test/live" &&
    aws_xray_sampling_rule.this["stage"].service_type == "AWS::ApiGateway::Stage")
    error_message = "it fits ${aws_xray_sampling_rule.this["stage"].service_name} of the type ${aws_xray_sampling_rule.this["stage"].service_type}"
  }

  assert {
    condition     = aws_xray_sampling_rule.this["stage"].fixed_rate == 0.25 && aws_xray_sampling_rule.this["stage"].reservoir_size == 2
    error_message = "recorded are ${aws_xray_sampling_rule.this["stage"].reservoir_size} and ${aws_xray_sampling_rule.this["stage"].fixed_rate} of the others"
  }

  # Within the stage it fits every request, so the default rule is left none.
  assert {
    condition = jsonencode([for value in [
      aws_xray_sampling_rule.this["stage"].host, aws_xray_sampling_rule.this["stage"].http_method,
      aws_xray_sampling_rule.this["stage"].url_path, aws_xray_sampling_rule.this["stage"].resource_arn,
    ] : value]) == jsonencode(["*", "*", "*", "*"])
    error_message = "some requests of the stage are left to the default rule"
  }
}

run "without_it_the_module_makes_none" {
  module {
    source = "../api"
  }

  variables {
    name           = "hookline-test"
    trace_sampling = null
  }

  assert {
    condition     = length(aws_xray_sampling_rule.this) == 0 && output.sampling_rule_name == null
    error_message = "there is still the rule ${jsonencode(output.sampling_rule_name)}"
  }
}

# X-Ray takes 32 characters: the bootstrap's tests have these two names as well.
run "name_of_32_characters_is_the_rules" {
  command = plan

  module {
    source = "../api"
  }

  variables {
    name           = "abcdefghijklmnopqrstu-aaaaaaaaaa"
    trace_sampling = { rate = 0.05, reservoir = 0 }
  }

  assert {
    condition     = output.sampling_rule_name == "abcdefghijklmnopqrstu-aaaaaaaaaa"
    error_message = "the rule is ${output.sampling_rule_name}"
  }
}

run "longer_name_is_shortened" {
  command = plan

  module {
    source = "../api"
  }

  variables {
    name           = "abcdefghijklmnopqrstu-aaaaaaaaaab"
    trace_sampling = { rate = 0.05, reservoir = 0 }
  }

  assert {
    condition     = output.sampling_rule_name == "abcdefghijklmnopqrstu-a-9baf50ce" && length(output.sampling_rule_name) == 32
    error_message = "the rule is ${output.sampling_rule_name}"
  }
}
