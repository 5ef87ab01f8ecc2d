# Copies of events for `hookline listen`: off by default; what the functions get and may do.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "listen_is_off_by_default" {
  command = plan

  assert {
    condition = (
      !contains(keys(local.ingest_environment), "HOOKLINE_LISTEN") &&
      !contains(keys(local.process_environment), "HOOKLINE_LISTEN") &&
      alltrue([for s in flatten(values(local.role_statements)) : s.sid != "CopyToListeners"])
    )
    error_message = "without listen, a function has its variable or its permission"
  }
}

run "process_copies_events_only_to_queues_of_listeners" {
  command = plan

  variables {
    listen = true
  }

  assert {
    condition = (
      local.ingest_environment.HOOKLINE_LISTEN == "true" && local.process_environment.HOOKLINE_LISTEN == "true"
    )
    error_message = "the environments are ${jsonencode([local.ingest_environment, local.process_environment])}"
  }

  assert {
    condition = jsonencode([
      for s in local.role_statements.process : [s.actions, s.resources] if s.sid == "CopyToListeners"
    ]) == jsonencode([[["sqs:SendMessage"], ["arn:aws:sqs:eu-west-1:123456789012:hookline-test-listen-*"]]])
    error_message = "process has ${jsonencode(local.role_statements.process)}"
  }

  # Ingest knows no listeners, and process reads them with a permission that it has in any case.
  assert {
    condition = (
      !strcontains(jsonencode([local.role_statements.ingest, local.role_statements.recover]), "listen") &&
      [for s in local.role_statements.process : s.sid if contains(s.actions, "dynamodb:BatchGetItem")] == [
        "ClaimDeliveries"
      ]
    )
    error_message = "the statements are ${jsonencode(local.role_statements)}"
  }
}

run "rejects_listen_without_the_table" {
  command = plan

  variables {
    listen      = true
    idempotency = { enabled = false }
  }

  expect_failures = [var.listen]
}
