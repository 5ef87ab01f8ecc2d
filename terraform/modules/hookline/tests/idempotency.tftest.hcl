# The table of deliveries, and its configuration for process.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "table_is_on_demand_and_protected_with_ttl" {
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
    condition     = aws_dynamodb_table.this.deletion_protection_enabled
    error_message = "the table is not protected"
  }

  # Every table is encrypted. Without this block the key is the AWS owned key, which needs no permission for KMS.
  assert {
    condition     = !anytrue(aws_dynamodb_table.this.server_side_encryption[*].enabled)
    error_message = "the key of the table is ${jsonencode(aws_dynamodb_table.this.server_side_encryption)}"
  }
}

run "each_destination_has_an_item_for_its_pause" {
  module {
    source = "../idempotency"
  }

  variables {
    name              = "hookline-test-idempotency"
    destination_names = ["audit", "ledger"]
  }

  assert {
    condition = { for name, pause in aws_dynamodb_table_item.pause : name => pause.item } == {
      audit  = "{\"key\":{\"S\":\"pause#audit\"},\"paused\":{\"BOOL\":false}}"
      ledger = "{\"key\":{\"S\":\"pause#ledger\"},\"paused\":{\"BOOL\":false}}"
    }
    error_message = "the items are ${jsonencode(aws_dynamodb_table_item.pause)}"
  }

  assert {
    condition     = output.paused_destinations == []
    error_message = "these destinations are paused: ${jsonencode(output.paused_destinations)}"
  }
}

run "process_gets_the_table" {
  assert {
    condition = (
      local.process_environment.HOOKLINE_IDEMPOTENCY_TABLE == "hookline-test-idempotency" &&
      local.process_environment.HOOKLINE_IDEMPOTENCY_SECONDS == "1296000" &&
      local.process_environment.HOOKLINE_IDEMPOTENCY_MODE == "one_write"
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
      output.paused_destinations == [] &&
      !contains(keys(local.process_environment), "HOOKLINE_IDEMPOTENCY_TABLE") &&
      !contains(keys(local.process_environment), "HOOKLINE_IDEMPOTENCY_MODE")
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

run "rejects_window_shorter_than_the_retries_and_the_dlq" {
  command = plan

  variables {
    idempotency            = { window_days = 16 }
    retry                  = { give_up_after_hours = 49 }
    payload_retention_days = 60
  }

  expect_failures = [var.idempotency]
}

run "accepts_window_of_exactly_the_retries_and_the_dlq" {
  command = plan

  variables {
    idempotency            = { window_days = 16, mode = "two_writes" }
    retry                  = { give_up_after_hours = 48 }
    payload_retention_days = 60
  }

  assert {
    condition     = local.process_environment.HOOKLINE_IDEMPOTENCY_MODE == "two_writes"
    error_message = "process gets ${jsonencode(local.process_environment)}"
  }
}

run "rejects_unknown_idempotency_mode" {
  command = plan

  variables {
    idempotency = { mode = "no_writes" }
  }

  expect_failures = [var.idempotency]
}
