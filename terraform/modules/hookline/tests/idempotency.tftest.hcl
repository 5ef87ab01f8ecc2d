# The table of deliveries, and its configuration for process.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "table_is_on_demand_and_encrypted_with_ttl" {
  module {
    source = "../idempotency"
  }

  variables {
    name = "hookline-test-idempotency"
  }

  assert {
    condition = (
      aws_dynamodb_table.this.billing_mode == "PAY_PER_REQUEST" &&
      aws_dynamodb_table.this.hash_key == "key"
    )
    error_message = <<-EOT
      the billing mode is ${aws_dynamodb_table.this.billing_mode}, the key ${aws_dynamodb_table.this.hash_key}
    EOT
  }

  assert {
    condition = (
      aws_dynamodb_table.this.ttl[0].enabled &&
      aws_dynamodb_table.this.ttl[0].attribute_name == "expires_at"
    )
    error_message = "the table has no TTL"
  }

  assert {
    condition = (
      aws_dynamodb_table.this.server_side_encryption[0].enabled &&
      aws_dynamodb_table.this.deletion_protection_enabled
    )
    error_message = "the table is not encrypted or not protected"
  }
}

run "process_gets_the_table" {
  assert {
    condition = (
      local.process_environment.HOOKLINE_IDEMPOTENCY_TABLE == "hookline-test-idempotency" &&
      local.process_environment.HOOKLINE_IDEMPOTENCY_SECONDS == "1296000"
    )
    error_message = "process gets ${jsonencode(local.process_environment)}"
  }

  assert {
    condition     = output.idempotency_table == "hookline-test-idempotency"
    error_message = "the output is ${jsonencode(output.idempotency_table)}"
  }
}

run "no_table_if_disabled" {
  variables {
    idempotency = { enabled = false }
  }

  assert {
    condition = (
      length(module.idempotency) == 0 &&
      output.idempotency_table == null &&
      !contains(keys(local.process_environment), "HOOKLINE_IDEMPOTENCY_TABLE")
    )
    error_message = "process gets ${jsonencode(local.process_environment)}"
  }
}

run "rejects_window_shorter_than_the_retention_of_the_dlq" {
  command = plan

  variables {
    idempotency = { window_days = 14 }
  }

  expect_failures = [var.idempotency]
}
