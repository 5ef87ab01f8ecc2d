# The table that keeps what was delivered, who may write it, and what process is told of it.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "table_is_on_demand_encrypted_and_forgets" {
  module {
    source = "../idempotency"
  }

  variables {
    name = "hookline-test-idempotency"
  }

  assert {
    condition     = aws_dynamodb_table.this.billing_mode == "PAY_PER_REQUEST" && aws_dynamodb_table.this.hash_key == "key"
    error_message = "the table is ${aws_dynamodb_table.this.billing_mode} and keyed by ${aws_dynamodb_table.this.hash_key}"
  }

  assert {
    condition     = aws_dynamodb_table.this.ttl[0].enabled && aws_dynamodb_table.this.ttl[0].attribute_name == "expires_at"
    error_message = "the table forgets nothing"
  }

  assert {
    condition     = aws_dynamodb_table.this.server_side_encryption[0].enabled && aws_dynamodb_table.this.deletion_protection_enabled
    error_message = "the table is not encrypted or not protected"
  }
}

run "process_is_told_of_the_table" {
  assert {
    condition     = local.process_environment.HOOKLINE_IDEMPOTENCY_TABLE == "hookline-test-idempotency" && local.process_environment.HOOKLINE_IDEMPOTENCY_SECONDS == "1296000"
    error_message = "process reads ${jsonencode(local.process_environment)}"
  }

  assert {
    condition     = output.idempotency_table == "hookline-test-idempotency"
    error_message = "the output is ${jsonencode(output.idempotency_table)}"
  }
}

run "off_there_is_no_table_and_no_word_of_it" {
  variables {
    idempotency = { enabled = false }
  }

  assert {
    condition     = length(module.idempotency) == 0 && output.idempotency_table == null && !contains(keys(local.process_environment), "HOOKLINE_IDEMPOTENCY_TABLE")
    error_message = "process reads ${jsonencode(local.process_environment)}"
  }
}

run "window_shorter_than_the_dlqs_is_refused" {
  command = plan

  variables {
    idempotency = { window_days = 14 }
  }

  expect_failures = [var.idempotency]
}
