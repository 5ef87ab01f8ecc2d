# The complete service with a mocked provider: names, URLs, event source mapping and identity.

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

run "mapping_invokes_the_alias_with_partial_batch_responses" {
  assert {
    condition     = aws_lambda_event_source_mapping.intake.function_name == module.process.alias_arn
    error_message = "the mapping invokes ${aws_lambda_event_source_mapping.intake.function_name}"
  }

  assert {
    condition     = aws_lambda_event_source_mapping.intake.function_response_types == toset(["ReportBatchItemFailures"])
    error_message = "the mapping does not use partial batch responses"
  }

  assert {
    condition     = length(aws_lambda_event_source_mapping.intake.scaling_config) == 0
    error_message = "the mapping has a concurrency limit by default"
  }
}

run "mapping_has_the_configured_concurrency_limit" {
  variables {
    queue = { maximum_concurrency = 5 }
  }

  assert {
    condition     = aws_lambda_event_source_mapping.intake.scaling_config[0].maximum_concurrency == 5
    error_message = "the concurrency limit of the mapping is not 5"
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

run "warns_about_events_without_a_route" {
  variables {
    routes = {
      github = { source = "github", destinations = ["sink"] }
    }
  }

  expect_failures = [check.events_have_a_route]
}
