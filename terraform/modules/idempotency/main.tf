# What was delivered, by key: dedupkey#destination. Items come and go with their TTL, so there is nothing to restore.

resource "aws_dynamodb_table" "this" {
  # checkov:skip=CKV_AWS_28: what was delivered last week is of no use from a backup: items end by themselves
  # checkov:skip=CKV_AWS_119: encrypted with the key that AWS manages; items hold hashes and names of destinations
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
