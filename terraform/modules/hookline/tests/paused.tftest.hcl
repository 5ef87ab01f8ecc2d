# A paused destination shows in each plan. This file has its own state: Terraform cannot override a module that has been
# applied.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "warns_about_paused_destinations" {
  override_module {
    target  = module.idempotency[0]
    outputs = { name = "hookline-test-idempotency", paused_destinations = ["sink"] }
  }

  assert {
    condition     = output.paused_destinations == ["sink"]
    error_message = "the output is ${jsonencode(output.paused_destinations)}"
  }

  expect_failures = [check.no_destination_is_paused]
}
