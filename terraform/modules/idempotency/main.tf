# One item per delivery, with the key dedupkey#destination. DynamoDB deletes items after their TTL, so backups have no
# use.

resource "aws_dynamodb_table" "this" {
  # checkov:skip=CKV_AWS_28: a backup has no use, because items expire
  # checkov:skip=CKV_AWS_119: encrypted with an AWS managed key; items contain hashes and names of destinations
  name                        = var.name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "key"
  deletion_protection_enabled = var.deletion_protection

  attribute {
    name = "key"
    type = "S"
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  server_side_encryption {
    enabled = true
  }
}
