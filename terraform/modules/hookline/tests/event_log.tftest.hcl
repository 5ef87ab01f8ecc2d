# The event log: off by default; its table, the expiration of its objects, and what the functions may do.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "event_log_is_off_by_default" {
  command = plan

  assert {
    condition = (
      length(module.event_log) == 0 &&
      output.event_log_table == null &&
      !contains(keys(local.process_environment), "HOOKLINE_EVENT_LOG") &&
      !contains(keys(local.ingest_environment), "HOOKLINE_EVENT_LOG") &&
      alltrue([for statement in flatten(values(local.role_statements)) : !contains([
        "IndexEvents", "StoreEvents", "IndexRejectedRequests",
      ], statement.sid)])
    )
    error_message = "without event_log, there is a table, a variable or a permission of it"
  }
}

run "event_log_has_a_table_and_permissions" {
  variables {
    event_log = { days = 60, sources = ["events"] }
  }

  assert {
    condition     = output.event_log_table == "hookline-test-events"
    error_message = "the table is ${jsonencode(output.event_log_table)}"
  }

  assert {
    condition = (
      !contains(keys(local.ingest_environment), "HOOKLINE_EVENT_LOG") &&
      local.process_environment.HOOKLINE_EVENT_LOG == jsonencode({
        table = "hookline-test-events", seconds = 5184000, sources = ["events"]
      })
    )
    error_message = "the variable is ${local.process_environment.HOOKLINE_EVENT_LOG}"
  }

  assert {
    condition = jsonencode({
      for statement in flatten([local.role_statements.ingest, local.role_statements.process]) :
      statement.sid => [statement.actions, statement.resources]
      if contains(["IndexEvents", "StoreEvents"], statement.sid)
      }) == jsonencode({
      IndexEvents = [
        ["dynamodb:BatchWriteItem"], ["arn:aws:dynamodb:eu-west-1:123456789012:table/hookline-test-events"],
      ]
      StoreEvents = [["s3:PutObject"], ["arn:aws:s3:::hookline-test-payloads-123456789012/log/*"]]
    })
    error_message = "the statements are ${jsonencode(local.role_statements)}"
  }
}

run "table_is_on_demand_and_has_an_index_by_time" {
  module {
    source = "../event_log"
  }

  variables {
    name = "hookline-test-events"
  }

  assert {
    condition = (
      aws_dynamodb_table.this.billing_mode == "PAY_PER_REQUEST" &&
      aws_dynamodb_table.this.hash_key == "event" &&
      aws_dynamodb_table.this.range_key == "position" &&
      aws_dynamodb_table.this.ttl[0].enabled &&
      aws_dynamodb_table.this.ttl[0].attribute_name == "expires_at" &&
      aws_dynamodb_table.this.deletion_protection_enabled &&
      one(aws_dynamodb_table.this.global_secondary_index).name == "by_time" &&
      one(aws_dynamodb_table.this.global_secondary_index).hash_key == "source" &&
      one(aws_dynamodb_table.this.global_secondary_index).range_key == "position"
    )
    error_message = "the table is ${jsonencode(aws_dynamodb_table.this)}"
  }
}

# Of several rules, S3 applies the shortest, so the rule for all objects must not be shorter than that of the log.
run "objects_expire_with_the_log" {
  module {
    source = "../bucket"
  }

  variables {
    bucket                 = "hookline-test-payloads"
    versioned              = false
    expiration_days        = 60
    prefix_expiration_days = { "log/" = 14 }
  }

  assert {
    condition = jsonencode({
      for rule in aws_s3_bucket_lifecycle_configuration.this.rule :
      rule.id => [rule.filter[0].prefix, rule.expiration[0].days]
      if length(rule.expiration) > 0 && rule.id == "expire-log"
    }) == jsonencode({ expire-log = ["log/", 14] })
    error_message = "the rules are ${jsonencode(aws_s3_bucket_lifecycle_configuration.this.rule)}"
  }
}

run "rejects_unknown_sources_and_fractions_of_days" {
  command = plan

  variables {
    event_log = { days = 0.5, sources = ["github", "unknown"] }
  }

  expect_failures = [var.event_log]
}
