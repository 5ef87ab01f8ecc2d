# A rollback shows in each plan. This file has its own state: Terraform cannot override a module that has been applied.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "explains_a_rollback" {
  override_module {
    target = module.process
    outputs = {
      name              = "hookline-test-process"
      version           = "8"
      alias_version     = "7"
      alias_description = "rolled back from 8 to 7 at 2026-01-02T03:04:05Z: ledger gets empty bodies: all of them"
      alias_arn         = "arn:aws:lambda:eu-west-1:123456789012:function:hookline-test-process:live"
      log_group_name    = "/aws/lambda/hookline-test-process"
    }
  }

  override_module {
    target = module.ingest
    outputs = {
      name              = "hookline-test-ingest"
      version           = "5"
      alias_version     = "5"
      alias_description = "released 5 at 2026-01-02T03:04:05Z, before: 4"
      alias_arn         = "arn:aws:lambda:eu-west-1:123456789012:function:hookline-test-ingest:live"
      log_group_name    = "/aws/lambda/hookline-test-ingest"
    }
  }

  assert {
    condition = jsonencode(output.rolled_back) == jsonencode({
      process = {
        from = "8", to = "7", at = "2026-01-02T03:04:05Z", reason = "ledger gets empty bodies: all of them",
      }
    })
    error_message = "the output is ${jsonencode(output.rolled_back)}"
  }

  expect_failures = [check.no_function_is_rolled_back]
}
