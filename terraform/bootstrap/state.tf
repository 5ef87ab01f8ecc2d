# The state bucket, as ../modules/bucket makes buckets, but written out: prevent_destroy cannot be passed to a module. The
# states of all environments lie in it, and one of them without its state is an environment that nobody can change.

resource "aws_s3_bucket" "state" {
  # checkov:skip=CKV_AWS_18: who reads and writes a state are the roles made here; CloudTrail data events say when, where a team wants that
  # checkov:skip=CKV_AWS_144: a state describes one region, and is of no use where that region is not
  # checkov:skip=CKV_AWS_145: encrypted with keys of S3 (AES-256); a key of one's own is a cost and an outage more, and guards against nobody who has a role
  # checkov:skip=CKV2_AWS_62: nothing waits for an object
  bucket = "${local.own}-state-${local.account_id}"

  lifecycle {
    prevent_destroy = true
  }
}

# Who has broken a state takes the version before it.
resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.id

  versioning_configuration {
    status = "Enabled"
  }
}

# Every lock leaves a version and a marker behind, and an old state still tells the secret that was in it.
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

  # A rule about versions asks for a bucket that has them.
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
      Resource  = [local.state_bucket, "${local.state_bucket}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })

  # S3 refuses two changes of a bucket's access at the same moment (OperationAborted).
  depends_on = [aws_s3_bucket_public_access_block.state]
}

locals {
  # As the backend in the root module's versions.tf names its key, and as Terraform names a workspace's and a lock.
  state_key = "hookline.tfstate"

  state_bucket  = "${local.aws}:s3:::${local.own}-state-${local.account_id}"
  default_state = "${local.state_bucket}/${local.state_key}"
  states        = { for name in var.environments : name => "${local.state_bucket}/env:/${name}/${local.state_key}" }

  # No condition on the prefix: without the right to list, S3 answers 403 instead of 404 for a state that is not there
  # yet, and in that check there is no prefix. The keys tell no more than the environments' names.
  list_states = {
    Sid      = "ListStates"
    Effect   = "Allow"
    Action   = ["s3:ListBucket"]
    Resource = [local.state_bucket]
  }
}
