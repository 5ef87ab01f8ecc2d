# Regions of all partitions, and settings that a partition does not support.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "accepts_each_kind_of_commercial_region" {
  command = plan

  variables {
    region = "ap-southeast-7"
  }

  assert {
    condition     = output.partition == "aws" && local.traces_functions
    error_message = "the partition is ${output.partition}, or the functions are not traced"
  }

  assert {
    condition = (
      output.token_url == "https://hookline-test-123456789012.auth.ap-southeast-7.amazoncognito.com/oauth2/token"
    )
    error_message = "the token URL is ${output.token_url}"
  }
}

run "govcloud_has_fips_token_url" {
  command = plan

  variables {
    region = "us-gov-west-1"
  }

  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-us-gov" }
  }

  assert {
    condition     = output.partition == "aws-us-gov"
    error_message = "the partition is ${output.partition}"
  }

  assert {
    condition = (
      output.token_url == "https://hookline-test-123456789012.auth-fips.us-gov-west-1.amazoncognito.com/oauth2/token"
    )
    error_message = "the token URL is ${output.token_url}"
  }

  assert {
    condition = alltrue([
      for arn in flatten(values(local.policy_arns)) : startswith(arn, "arn:aws-us-gov:")
    ])
    error_message = "a policy has ARNs of another partition: ${jsonencode(local.policy_arns)}"
  }
}

run "rejects_budget_in_govcloud" {
  command = plan

  variables {
    region = "us-gov-west-1"
    budget = { monthly_usd = 100, emails = ["costs@example.com"] }
  }

  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-us-gov" }
  }

  expect_failures = [output.partition]
}

run "accepts_china_without_identity" {
  command = plan

  variables {
    region           = "cn-northwest-1"
    identity_enabled = false
  }

  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-cn" }
  }

  assert {
    condition     = output.partition == "aws-cn" && output.token_url == null
    error_message = "the partition is ${output.partition}, and the token URL is ${jsonencode(output.token_url)}"
  }

  assert {
    condition     = !local.traces_functions
    error_message = "the functions are traced"
  }
}

run "rejects_identity_in_china" {
  command = plan

  variables {
    region = "cn-north-1"
  }

  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-cn" }
  }

  expect_failures = [output.partition]
}

run "rejects_email_in_china" {
  command = plan

  variables {
    region           = "cn-north-1"
    identity_enabled = false
    destinations = {
      sink = { kind = "email", from = "hooks@example.com", to = ["oncall@example.com"] }
    }
  }

  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-cn" }
  }

  expect_failures = [output.partition]
}

run "accepts_sovereign_cloud_without_identity" {
  command = plan

  variables {
    region           = "eusc-de-east-1"
    identity_enabled = false
  }

  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-eusc" }
  }

  assert {
    condition     = output.partition == "aws-eusc"
    error_message = "the partition is ${output.partition}"
  }
}

run "rejects_identity_in_sovereign_cloud" {
  command = plan

  variables {
    region = "eusc-de-east-1"
  }

  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-eusc" }
  }

  expect_failures = [output.partition]
}

run "rejects_http_api_in_sovereign_cloud" {
  command = plan

  variables {
    region           = "eusc-de-east-1"
    identity_enabled = false
    api_type         = "http"
  }

  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-eusc" }
  }

  expect_failures = [output.partition]
}

run "rejects_provider_of_another_partition" {
  command = plan

  variables {
    region = "us-gov-east-1"
  }

  expect_failures = [output.partition]
}

run "rejects_isolated_region" {
  command = plan

  variables {
    region = "us-isob-east-1"
  }

  expect_failures = [var.region]
}

run "rejects_isolated_european_region" {
  command = plan

  variables {
    region = "eu-isoe-west-1"
  }

  expect_failures = [var.region]
}

run "rejects_availability_zone" {
  command = plan

  variables {
    region = "eu-west-1a"
  }

  expect_failures = [var.region]
}

run "function_has_no_traces_where_lambda_has_none" {
  command = plan

  module {
    source = "../function"
  }

  variables {
    name             = "hookline-test-ingest"
    description      = "A function"
    package          = "tests/fixtures/package.zip"
    artifacts_bucket = "hookline-test-artifacts"
    timeout_seconds  = 10
    environment      = { HOOKLINE_LOG_LEVEL = "info" }
    policy_json      = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
    traced           = false
  }

  assert {
    condition     = aws_lambda_function.this.tracing_config[0].mode == "PassThrough"
    error_message = "the tracing mode is ${aws_lambda_function.this.tracing_config[0].mode}"
  }
}
