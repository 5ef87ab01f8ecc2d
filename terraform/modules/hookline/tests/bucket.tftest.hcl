# A bucket alone: what is kept, for how long, and who gets in.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  bucket    = "hookline-test-payloads"
  versioned = false
}

run "bucket_is_encrypted_and_closed" {
  module {
    source = "../bucket"
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"
    error_message = "the bucket is not encrypted"
  }

  assert {
    condition     = alltrue([for closed in ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"] : aws_s3_bucket_public_access_block.this[closed]])
    error_message = "the bucket may be opened to the public"
  }

  assert {
    condition     = data.aws_iam_policy_document.this.statement[0].effect == "Deny" && one(data.aws_iam_policy_document.this.statement[0].condition).variable == "aws:SecureTransport"
    error_message = "the bucket takes plain HTTP"
  }

  assert {
    condition     = length(aws_s3_bucket_versioning.this) == 0 && length(aws_s3_bucket_lifecycle_configuration.this.rule) == 1
    error_message = "nobody asked for versions or an expiry"
  }
}

run "objects_expire_when_asked" {
  module {
    source = "../bucket"
  }

  variables {
    expiration_days = 30
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.this.rule[1].status == "Enabled" && aws_s3_bucket_lifecycle_configuration.this.rule[1].expiration[0].days == 30
    error_message = "objects do not expire after 30 days"
  }
}

run "versions_are_kept_when_asked" {
  module {
    source = "../bucket"
  }

  variables {
    versioned = true
  }

  assert {
    condition     = aws_s3_bucket_versioning.this[0].versioning_configuration[0].status == "Enabled"
    error_message = "versions are not kept"
  }
}

run "name_that_s3_refuses_is_refused" {
  command = plan

  module {
    source = "../bucket"
  }

  variables {
    bucket = "Hookline_Payloads"
  }

  expect_failures = [var.bucket]
}
