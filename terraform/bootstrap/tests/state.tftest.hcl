# The state bucket: what is kept, who gets in, and that it cannot go.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "bucket_is_named_after_the_account" {
  command = plan

  assert {
    condition     = output.state_bucket == "hookline-bootstrap-state-123456789012" && output.region == "eu-west-1"
    error_message = "the bucket is ${output.state_bucket} in ${output.region}"
  }
}

run "bucket_is_versioned_encrypted_and_closed" {
  command = plan

  assert {
    condition     = aws_s3_bucket_versioning.state.versioning_configuration[0].status == "Enabled"
    error_message = "versions are not kept"
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.state.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"
    error_message = "the bucket is not encrypted"
  }

  assert {
    condition     = aws_s3_bucket_ownership_controls.state.rule[0].object_ownership == "BucketOwnerEnforced"
    error_message = "objects may belong to others"
  }

  assert {
    condition     = alltrue([for closed in ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"] : aws_s3_bucket_public_access_block.state[closed]])
    error_message = "the bucket may be opened to the public"
  }
}

run "old_versions_go_after_a_year" {
  command = plan

  assert {
    condition     = one(aws_s3_bucket_lifecycle_configuration.state.rule).noncurrent_version_expiration[0].noncurrent_days == 365
    error_message = "old versions do not go after a year"
  }

  assert {
    condition     = one(aws_s3_bucket_lifecycle_configuration.state.rule).expiration[0].expired_object_delete_marker
    error_message = "markers of what is gone stay"
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
        Resource  = ["arn:aws:s3:::hookline-bootstrap-state-123456789012", "arn:aws:s3:::hookline-bootstrap-state-123456789012/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }]
    })
    error_message = "the bucket's policy is ${aws_s3_bucket_policy.state.policy}"
  }
}

# What protects a resource from destruction is no attribute of it, so the file is read.
run "bucket_cannot_be_destroyed" {
  command = plan

  assert {
    condition     = aws_s3_bucket.state.force_destroy != true && can(regex("resource \"aws_s3_bucket\" \"state\" \\{\\n(?:  .*\\n|\\n)*  lifecycle \\{\\n    prevent_destroy = true\\n", file("state.tf")))
    error_message = "the state bucket can be destroyed"
  }
}

run "states_are_where_the_root_module_keeps_them" {
  command = plan

  assert {
    condition     = regex("\\n    key +=  *\"([^\"]+)\"", file("../versions.tf")) == [local.state_key] && !strcontains(file("../versions.tf"), "workspace_key_prefix")
    error_message = "the backend of the root module has another key than ${local.state_key}"
  }

  assert {
    condition     = local.states.dev == "arn:aws:s3:::hookline-bootstrap-state-123456789012/env:/dev/hookline.tfstate"
    error_message = "the state of dev is ${local.states.dev}"
  }
}
