# One function: its package by content, its alias, and an environment that Lambda will take.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name             = "hookline-test-ingest"
  description      = "A function"
  package          = "tests/fixtures/package.zip"
  artifacts_bucket = "hookline-test-artifacts"
  timeout_seconds  = 10
  environment      = { HOOKLINE_LOG_LEVEL = "info" }
  policy_json      = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
}

run "package_is_named_by_its_content" {
  module {
    source = "../function"
  }

  assert {
    condition     = aws_lambda_function.this.s3_key == "functions/hookline-test-ingest/${filesha256("tests/fixtures/package.zip")}.zip"
    error_message = "the package is ${aws_lambda_function.this.s3_key}"
  }
}

run "alias_follows_the_published_version" {
  module {
    source = "../function"
  }

  assert {
    condition     = aws_lambda_function.this.publish && aws_lambda_alias.this.name == "live" && aws_lambda_alias.this.function_version == "7"
    error_message = "the alias ${aws_lambda_alias.this.name} is at ${aws_lambda_alias.this.function_version}"
  }

  assert {
    condition     = output.alias_invoke_arn == aws_lambda_alias.this.invoke_arn && endswith(output.alias_arn, ":live")
    error_message = "callers are given ${output.alias_arn}"
  }
}

run "pinned_version_holds_the_alias" {
  module {
    source = "../function"
  }

  variables {
    pinned_version = "3"
  }

  assert {
    condition     = aws_lambda_alias.this.function_version == "3" && output.version == "7"
    error_message = "the alias is at ${aws_lambda_alias.this.function_version}"
  }
}

# A line that Lambda filters takes its metrics with it.
run "logs_pass_as_they_are_and_go_in_time" {
  module {
    source = "../function"
  }

  variables {
    log_retention_days = 14
  }

  assert {
    condition = (aws_lambda_function.this.logging_config[0].log_format == "JSON" && aws_lambda_function.this.logging_config[0].application_log_level == "TRACE" &&
    aws_lambda_function.this.logging_config[0].system_log_level == "WARN")
    error_message = "the logs are ${jsonencode(aws_lambda_function.this.logging_config)}"
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.name == "/aws/lambda/hookline-test-ingest" && aws_cloudwatch_log_group.this.retention_in_days == 14
    error_message = "${aws_cloudwatch_log_group.this.name} is kept for ${aws_cloudwatch_log_group.this.retention_in_days} days"
  }

  assert {
    condition     = aws_lambda_function.this.tracing_config[0].mode == "Active"
    error_message = "calls are traced only where somebody before has begun to"
  }
}

run "only_traces_are_sent_to_any_resource" {
  module {
    source = "../function"
  }

  assert {
    condition     = [for s in data.aws_iam_policy_document.telemetry.statement : s.sid if contains(s.resources, "*")] == ["SendTraces"]
    error_message = "another statement than SendTraces holds a wildcard"
  }
}

run "environment_of_4096_bytes_is_taken" {
  command = plan

  module {
    source = "../function"
  }

  # {"K":"..."} adds eight bytes, and é is two.
  variables {
    environment = { K = join("", [for i in range(511) : "éééé"]) }
  }

  assert {
    condition     = local.environment_bytes == 4096
    error_message = "the environment measures ${local.environment_bytes}"
  }
}

run "quotes_count_as_lambda_counts_them" {
  command = plan

  module {
    source = "../function"
  }

  # {"K":"\"&<>"}: a quote takes a backslash with it, and & < > stay one byte each.
  variables {
    environment = { K = "\"&<>" }
  }

  assert {
    condition     = local.environment_bytes == 13
    error_message = "the environment measures ${local.environment_bytes}"
  }
}

run "larger_environment_is_refused" {
  command = plan

  module {
    source = "../function"
  }

  variables {
    environment = { K = "x${join("", [for i in range(1022) : "xxxx"])}" }
  }

  expect_failures = [aws_lambda_function.this]
}
