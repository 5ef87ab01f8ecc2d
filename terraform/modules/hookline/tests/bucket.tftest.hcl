# The bucket module: encryption, access, versions and expiration.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  bucket    = "hookline-test-payloads"
  versioned = false
}

run "bucket_is_encrypted_and_private" {
  module {
    source = "../bucket"
  }

  assert {
    condition = "AES256" == one([
      for rule in aws_s3_bucket_server_side_encryption_configuration.this.rule :
      rule.apply_server_side_encryption_by_default[0].sse_algorithm
    ])
    error_message = "the bucket is not encrypted"
  }

  assert {
    condition = alltrue([
      for setting in ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"] :
      aws_s3_bucket_public_access_block.this[setting]
    ])
    error_message = "the bucket does not block public access"
  }

  assert {
    condition = (
      data.aws_iam_policy_document.this.statement[0].effect == "Deny" &&
      one(data.aws_iam_policy_document.this.statement[0].condition).variable == "aws:SecureTransport"
    )
    error_message = "the bucket does not deny plain HTTP"
  }

  assert {
    condition = (
      length(aws_s3_bucket_versioning.this) == 0 &&
      length(aws_s3_bucket_lifecycle_configuration.this.rule) == 1
    )
    error_message = "the bucket has versions or an expiration by default"
  }
}

run "objects_expire_after_expiration_days" {
  module {
    source = "../bucket"
  }

  variables {
    expiration_days = 30
  }

  assert {
    condition = (
      aws_s3_bucket_lifecycle_configuration.this.rule[1].status == "Enabled" &&
      aws_s3_bucket_lifecycle_configuration.this.rule[1].expiration[0].days == 30
    )
    error_message = "objects do not expire after 30 days"
  }
}

run "versioned_bucket_has_versioning" {
  module {
    source = "../bucket"
  }

  variables {
    versioned = true
  }

  assert {
    condition     = aws_s3_bucket_versioning.this[0].versioning_configuration[0].status == "Enabled"
    error_message = "versioning is not enabled"
  }
}

run "rejects_invalid_bucket_name" {
  command = plan

  module {
    source = "../bucket"
  }

  variables {
    bucket = "Hookline_Payloads"
  }

  expect_failures = [var.bucket]
}
