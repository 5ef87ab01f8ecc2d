# One item per delivery, with the key dedupkey#destination. DynamoDB deletes these items after their TTL, so backups
# have no use. The items pause#destination and breaker#destination have no TTL.
#
# DynamoDB encrypts the table with the AWS owned key, which costs nothing. With any other key, a request of a function
# would also be a request to KMS with the function's permissions.

resource "aws_dynamodb_table" "this" {
  # checkov:skip=CKV_AWS_28: a backup has no use, because items expire
  # checkov:skip=CKV_AWS_119: encrypted with the AWS owned key; items contain hashes and names of destinations
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
}

# Whether an operator has paused the destination. `hookline destination pause` changes the item, and an apply keeps the
# change.
resource "aws_dynamodb_table_item" "pause" {
  for_each = toset(var.destination_names)

  table_name = aws_dynamodb_table.this.name
  hash_key   = aws_dynamodb_table.this.hash_key
  item       = jsonencode({ key = { S = "pause#${each.key}" }, paused = { BOOL = false } })

  lifecycle {
    ignore_changes = [item]
  }
}
