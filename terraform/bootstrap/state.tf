# The state bucket. It has the settings of ../modules/bucket, but does not use the module, because `prevent_destroy`
# cannot be passed to a module. The bucket has the states of all environments. Without its state an environment cannot
# be changed.

resource "aws_s3_bucket" "state" {
  # checkov:skip=CKV_AWS_18: only the roles of this module access states; CloudTrail data events can record each access
  # checkov:skip=CKV_AWS_144: a state describes one region and is useless without that region
  # checkov:skip=CKV_AWS_145: S3 encrypts with its keys (AES-256); a KMS key costs more and protects against no role
  # checkov:skip=CKV2_AWS_62: no consumer needs notifications about objects
  bucket = "${local.bootstrap_prefix}-state-${local.account_id}"

  lifecycle {
    prevent_destroy = true
  }
}

# The previous version of a state can be restored if the state is damaged.
resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.id

  versioning_configuration {
    status = "Enabled"
  }
}

# Every lock leaves an old version and a delete marker, and an old version of a state still has its secret.
resource "aws_s3_bucket_lifecycle_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 365
    }

    expiration {
      expired_object_delete_marker = true
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  # A rule about versions requires versioning.
  depends_on = [aws_s3_bucket_versioning.state]
}

resource "aws_s3_bucket_server_side_encryption_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_ownership_controls" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "state" {
  bucket = aws_s3_bucket.state.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_policy" "state" {
  bucket = aws_s3_bucket.state.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "DenyInsecureTransport"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [local.state_bucket_arn, "${local.state_bucket_arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })

  # S3 rejects concurrent changes of a bucket's access settings (OperationAborted).
  depends_on = [aws_s3_bucket_public_access_block.state]
}

locals {
  # The key is that of the backend in ../versions.tf. Terraform adds the prefix of a workspace and the suffix of a lock.
  state_key = "hookline.tfstate"

  state_bucket_arn     = "${local.arn_prefix}:s3:::${local.bootstrap_prefix}-state-${local.account_id}"
  default_state_object = "${local.state_bucket_arn}/${local.state_key}"
  state_objects = {
    for name in var.environments : name => "${local.state_bucket_arn}/env:/${name}/${local.state_key}"
  }

  # The statement has no condition on the prefix. Without permission to list the bucket, S3 returns 403 instead of 404
  # for a state that does not exist yet, and that check has no prefix. The keys show only the names of the environments.
  list_states_statement = {
    Sid      = "ListStates"
    Effect   = "Allow"
    Action   = ["s3:ListBucket"]
    Resource = [local.state_bucket_arn]
  }
}
