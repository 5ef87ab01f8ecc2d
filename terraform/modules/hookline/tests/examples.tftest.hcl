# The examples can be planned, and their outputs have the expected values. The minimal example reads the packages of a
# released version: .ci/terraform puts empty files there.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "minimal_example" {
  command = plan

  module {
    source = "../../examples/minimal"
  }

  assert {
    condition     = keys(output.webhook_urls) == ["github"]
    error_message = "the URLs are ${jsonencode(output.webhook_urls)}"
  }
}

run "complete_example" {
  command = plan

  module {
    source = "../../examples/complete"
  }

  assert {
    condition = output.secret_names == [
      "hookline-complete/sources/billing", "hookline-complete/sources/github", "hookline-complete/sources/gitlab",
      "hookline-complete/sources/stripe", "hookline-complete/sources/twilio", "hookline-complete/destinations/ci",
      "hookline-complete/destinations/crm", "hookline-complete/destinations/guild",
      "hookline-complete/destinations/releases", "hookline-complete/destinations/team",
    ]
    error_message = "the secrets are ${jsonencode(output.secret_names)}"
  }

  assert {
    condition     = endswith(output.retry_schedule, "… 72 h; 24 attempts") && output.paused_destinations == []
    error_message = "the schedule is ${output.retry_schedule}"
  }
}
