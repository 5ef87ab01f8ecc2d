# The sampling rule of X-Ray: it matches the stage of the REST API and nothing else, and it is optional.

mock_provider "aws" {
  source = "./tests/mocks"
}

# Variables for the runs that test modules/api.
variables {
  name           = "hookline"
  throttle       = { rate = 10, burst = 20 }
  trace_sampling = {}
  sources        = { github = { sender = "github", throttle = { rate = 10, burst = 20 } } }

  function = {
    name       = "hookline-test-ingest"
    alias_name = "live"
    alias_invoke_arn = join("/", [
      "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions",
      "arn:aws:lambda:eu-west-1:123456789012:function:hookline-test-ingest:live", "invocations",
    ])
  }
}

run "default_is_five_percent_without_a_reservoir" {
  command = plan

  assert {
    condition     = var.trace_sampling == { rate = 0.05, reservoir = 0 }
    error_message = "the sampling is ${jsonencode(var.trace_sampling)}"
  }

  assert {
    condition     = module.api[0].sampling_rule_name == "hookline-test"
    error_message = "the rule is ${jsonencode(module.api[0].sampling_rule_name)}"
  }
}

run "configured_reservoir_keeps_the_default_rate" {
  command = plan

  variables {
    trace_sampling = { reservoir = 1 }
  }

  assert {
    condition     = var.trace_sampling == { rate = 0.05, reservoir = 1 }
    error_message = "the sampling is ${jsonencode(var.trace_sampling)}"
  }
}

run "null_creates_no_rule" {
  command = plan

  variables {
    trace_sampling = null
  }

  assert {
    condition     = module.api[0].sampling_rule_name == null
    error_message = "the rule is ${jsonencode(module.api[0].sampling_rule_name)}"
  }
}

# X-Ray does not trace an HTTP API, so a rule for it would match nothing.
run "http_has_no_rule" {
  command = plan

  variables {
    api_type       = "http"
    trace_sampling = { rate = 1 }
  }

  assert {
    condition = length(module.api) == 0 && 1 == length([
      for file in fileset("..", "*/*.tf") : file
      if strcontains(file("../${file}"), "resource \"aws_xray_sampling_rule\"")
    ])
    error_message = "a module other than modules/api creates a sampling rule"
  }
}

run "rule_matches_only_this_stage" {
  module {
    source = "../api"
  }

  variables {
    name           = "hookline-test"
    trace_sampling = { rate = 0.25, reservoir = 2 }
  }

  assert {
    condition = (
      aws_xray_sampling_rule.this["stage"].service_name == "hookline-test/live" &&
      aws_xray_sampling_rule.this["stage"].service_type == "AWS::ApiGateway::Stage"
    )
    error_message = format(
      "the rule matches %s of the type %s",
      aws_xray_sampling_rule.this["stage"].service_name, aws_xray_sampling_rule.this["stage"].service_type,
    )
  }

  assert {
    condition = (
      aws_xray_sampling_rule.this["stage"].fixed_rate == 0.25 &&
      aws_xray_sampling_rule.this["stage"].reservoir_size == 2
    )
    error_message = format(
      "the reservoir is %s and the rate %s",
      aws_xray_sampling_rule.this["stage"].reservoir_size, aws_xray_sampling_rule.this["stage"].fixed_rate,
    )
  }

  # The rule matches each request of the stage, so the default rule applies to none.
  assert {
    condition = jsonencode([for value in [
      aws_xray_sampling_rule.this["stage"].host, aws_xray_sampling_rule.this["stage"].http_method,
      aws_xray_sampling_rule.this["stage"].url_path, aws_xray_sampling_rule.this["stage"].resource_arn,
    ] : value]) == jsonencode(["*", "*", "*", "*"])
    error_message = "the default rule applies to some requests of the stage"
  }
}

run "null_creates_no_rule_in_the_api_module" {
  module {
    source = "../api"
  }

  variables {
    name           = "hookline-test"
    trace_sampling = null
  }

  assert {
    condition     = length(aws_xray_sampling_rule.this) == 0 && output.sampling_rule_name == null
    error_message = "the rule is ${jsonencode(output.sampling_rule_name)}"
  }
}

# X-Ray limits a name to 32 characters. The bootstrap's tests have the same two names.
run "name_of_32_characters_is_not_changed" {
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

run "longer_name_ends_with_a_hash" {
  command = plan

  module {
    source = "../api"
  }

  variables {
    name           = "abcdefghijklmnopqrstu-aaaaaaaaaab"
    trace_sampling = { rate = 0.05, reservoir = 0 }
  }

  assert {
    condition = (
      output.sampling_rule_name == "abcdefghijklmnopqrstu-a-9baf50ce" &&
      length(output.sampling_rule_name) == 32
    )
    error_message = "the rule is ${output.sampling_rule_name}"
  }
}
