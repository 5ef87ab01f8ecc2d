# The index of the event log: an item for each event and each later attempt, without payloads. DynamoDB deletes the
# items after their TTL, so backups have no use.
#
# DynamoDB encrypts the table with the AWS owned key, as that of the deliveries: with any other key, a request of a
# function would also be a request to KMS with the function's permissions.

resource "aws_dynamodb_table" "this" {
  # checkov:skip=CKV_AWS_28: a backup has no use, because items expire
  # checkov:skip=CKV_AWS_119: encrypted with the AWS owned key; items have identifiers and results, and no payload
  name                        = var.name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "event"
  range_key                   = "position"
  deletion_protection_enabled = var.deletion_protection

  attribute {
    name = "event"
    type = "S"
  }

  attribute {
    name = "position"
    type = "S"
  }

  attribute {
    name = "source"
    type = "S"
  }

  # The events of a source in the order of time.
  global_secondary_index {
    name            = "by_time"
    hash_key        = "source"
    range_key       = "position"
    projection_type = "ALL"
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }
}
