# The function module: package, alias, logs, and the size of the environment.

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

run "package_key_contains_the_hash" {
  module {
    source = "../function"
  }

  assert {
    condition = (
      aws_lambda_function.this.s3_key ==
      "functions/hookline-test-ingest/${filesha256("tests/fixtures/package.zip")}.zip"
    )
    error_message = "the key of the package is ${aws_lambda_function.this.s3_key}"
  }
}

run "new_alias_points_to_the_published_version" {
  module {
    source = "../function"
  }

  assert {
    condition = (
      aws_lambda_function.this.publish &&
      aws_lambda_alias.this.name == "live" &&
      aws_lambda_alias.this.function_version == "7"
    )
    error_message = "the alias ${aws_lambda_alias.this.name} is at ${aws_lambda_alias.this.function_version}"
  }

  assert {
    condition     = output.alias_invoke_arn == aws_lambda_alias.this.invoke_arn && endswith(output.alias_arn, ":live")
    error_message = "the ARN of the alias is ${output.alias_arn}"
  }
}

# Lambda must not filter lines, because they carry metrics.
run "logs_are_not_filtered_and_have_a_retention" {
  module {
    source = "../function"
  }

  variables {
    log_retention_days = 14
  }

  assert {
    condition = (
      aws_lambda_function.this.logging_config[0].log_format == "JSON" &&
      aws_lambda_function.this.logging_config[0].application_log_level == "TRACE" &&
      aws_lambda_function.this.logging_config[0].system_log_level == "WARN"
    )
    error_message = "the logging configuration is ${jsonencode(aws_lambda_function.this.logging_config)}"
  }

  assert {
    condition = (
      aws_cloudwatch_log_group.this.name == "/aws/lambda/hookline-test-ingest" &&
      aws_cloudwatch_log_group.this.retention_in_days == 14
    )
    error_message = "the retention is ${aws_cloudwatch_log_group.this.retention_in_days} days"
  }

  assert {
    condition     = aws_lambda_function.this.tracing_config[0].mode == "Active"
    error_message = "active tracing is disabled"
  }
}

run "only_traces_have_a_wildcard_resource" {
  module {
    source = "../function"
  }

  assert {
    condition = ["SendTraces"] == [
      for statement in data.aws_iam_policy_document.telemetry.statement : statement.sid
      if contains(statement.resources, "*")
    ]
    error_message = "a statement other than SendTraces has a wildcard resource"
  }
}

run "accepts_environment_of_4096_bytes" {
  command = plan

  module {
    source = "../function"
  }

  # {"K":"..."} adds eight bytes, and é has two bytes.
  variables {
    environment = { K = join("", [for i in range(511) : "éééé"]) }
  }

  assert {
    condition     = local.environment_bytes == 4096
    error_message = "the size of the environment is ${local.environment_bytes}"
  }
}

run "escapes_count_as_in_lambda" {
  command = plan

  module {
    source = "../function"
  }

  # {"K":"\"&<>"}: a quote needs a backslash, and each of & < > is one byte.
  variables {
    environment = { K = "\"&<>" }
  }

  assert {
    condition     = local.environment_bytes == 13
    error_message = "the size of the environment is ${local.environment_bytes}"
  }
}

run "rejects_larger_environment" {
  command = plan

  module {
    source = "../function"
  }

  variables {
    environment = { K = "x${join("", [for i in range(1022) : "xxxx"])}" }
  }

  expect_failures = [aws_lambda_function.this]
}
