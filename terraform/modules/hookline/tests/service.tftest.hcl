# The complete service with a mocked provider: names, URLs and identity.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "names_begin_with_the_prefix" {
  assert {
    condition     = output.function_names == { ingest = "hookline-test-ingest", process = "hookline-test-process" }
    error_message = "the functions are ${jsonencode(output.function_names)}"
  }

  assert {
    condition     = output.role_names == output.function_names
    error_message = "the roles are ${jsonencode(output.role_names)}"
  }

  assert {
    condition = output.log_group_names == {
      ingest  = "/aws/lambda/hookline-test-ingest"
      process = "/aws/lambda/hookline-test-process"
    }
    error_message = "the log groups are ${jsonencode(output.log_group_names)}"
  }

  assert {
    condition     = output.source_secret_names == { github = "hookline-test/sources/github" }
    error_message = "the sources' secrets are ${jsonencode(output.source_secret_names)}"
  }

  assert {
    condition     = output.destination_secret_names == {}
    error_message = "the destinations' secrets are ${jsonencode(output.destination_secret_names)}"
  }

  assert {
    condition = (
      output.token_url == "https://hookline-test-123456789012.auth.eu-west-1.amazoncognito.com/oauth2/token"
    )
    error_message = "the token URL is ${output.token_url}"
  }

  assert {
    condition     = output.scope == "hookline-test/events.write"
    error_message = "the scope is ${output.scope}"
  }
}

run "urls_begin_with_the_stage" {
  assert {
    condition = output.webhook_urls == {
      github = "https://api1.execute-api.eu-west-1.amazonaws.com/live/webhooks/github"
    }
    error_message = "the webhook URLs are ${jsonencode(output.webhook_urls)}"
  }

  assert {
    condition     = output.events_url == "https://api1.execute-api.eu-west-1.amazonaws.com/live/events"
    error_message = "the events URL is ${output.events_url}"
  }
}

run "no_events_route_without_identity" {
  variables {
    identity_enabled = false
  }

  assert {
    condition     = length(module.identity) == 0
    error_message = "a user pool exists"
  }

  assert {
    condition = (
      output.events_url == null &&
      output.token_url == null &&
      output.user_pool_id == null &&
      output.client_id == null &&
      output.scope == null
    )
    error_message = "an output of identity is not null"
  }
}
