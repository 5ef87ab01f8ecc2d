# Names of buckets. Functions reach a bucket at its own host name, which is part of S3's certificate only without dots.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "accepts_names_without_dots" {
  variables {
    artifacts_bucket = "acme-packages"
    payloads_bucket  = "acme-payloads"
  }

  assert {
    condition     = output.artifacts_bucket == "acme-packages" && output.payloads_bucket == "acme-payloads"
    error_message = "the buckets are ${output.artifacts_bucket} and ${output.payloads_bucket}"
  }
}

run "rejects_artifacts_bucket_with_dot" {
  command = plan

  variables {
    artifacts_bucket = "packages.example.com"
  }

  expect_failures = [var.artifacts_bucket]
}

run "rejects_payloads_bucket_with_dot" {
  command = plan

  variables {
    payloads_bucket = "payloads.example.com"
  }

  expect_failures = [var.payloads_bucket]
}
