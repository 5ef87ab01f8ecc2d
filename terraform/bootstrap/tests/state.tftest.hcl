# The state bucket: its versions, its access settings and its protection against deletion.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "bucket_name_has_the_account_id" {
  command = plan

  assert {
    condition     = output.state_bucket == "hookline-bootstrap-state-123456789012" && output.region == "eu-west-1"
    error_message = "the bucket is ${output.state_bucket} in ${output.region}"
  }
}

run "bucket_is_versioned_encrypted_and_private" {
  command = plan

  assert {
    condition     = aws_s3_bucket_versioning.state.versioning_configuration[0].status == "Enabled"
    error_message = "the bucket is not versioned"
  }

  assert {
    condition = "AES256" == one(
      one(aws_s3_bucket_server_side_encryption_configuration.state.rule).apply_server_side_encryption_by_default
    ).sse_algorithm
    error_message = "the bucket is not encrypted"
  }

  assert {
    condition     = aws_s3_bucket_ownership_controls.state.rule[0].object_ownership == "BucketOwnerEnforced"
    error_message = "objects can belong to other accounts"
  }

  assert {
    condition = alltrue([
      for setting in ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"] :
      aws_s3_bucket_public_access_block.state[setting]
    ])
    error_message = "the bucket can be made public"
  }
}

run "old_versions_expire_after_one_year" {
  command = plan

  assert {
    condition = 365 == one(
      one(aws_s3_bucket_lifecycle_configuration.state.rule).noncurrent_version_expiration
    ).noncurrent_days
    error_message = "old versions do not expire after one year"
  }

  assert {
    condition     = one(aws_s3_bucket_lifecycle_configuration.state.rule).expiration[0].expired_object_delete_marker
    error_message = "delete markers without versions do not expire"
  }
}

run "plain_http_is_denied" {
  command = plan

  assert {
    condition = aws_s3_bucket_policy.state.policy == jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid       = "DenyInsecureTransport"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource = [
          "arn:aws:s3:::hookline-bootstrap-state-123456789012",
          "arn:aws:s3:::hookline-bootstrap-state-123456789012/*",
        ]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }]
    })
    error_message = "the bucket's policy is ${aws_s3_bucket_policy.state.policy}"
  }
}

# `prevent_destroy` is not an attribute of the resource, so the test reads the file.
run "bucket_cannot_be_destroyed" {
  command = plan

  assert {
    condition = aws_s3_bucket.state.force_destroy != true && can(regex(
      "resource \"aws_s3_bucket\" \"state\" \\{\\n(?:  .*\\n|\\n)*  lifecycle \\{\\n    prevent_destroy = true\\n",
      file("state.tf"),
    ))
    error_message = "the state bucket can be destroyed"
  }
}

run "state_keys_match_the_root_module" {
  command = plan

  assert {
    condition = (
      regex("\\n    key +=  *\"([^\"]+)\"", file("../versions.tf")) == [local.state_key] &&
      !strcontains(file("../versions.tf"), "workspace_key_prefix")
    )
    error_message = "the backend of the root module has another key than ${local.state_key}"
  }

  assert {
    condition = (
      local.state_objects.dev == "arn:aws:s3:::hookline-bootstrap-state-123456789012/env:/dev/hookline.tfstate"
    )
    error_message = "the state of dev is ${local.state_objects.dev}"
  }
}
