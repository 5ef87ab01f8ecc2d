# The REST API: API Gateway invokes the alias, and its permissions are for the same alias, method and path.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name     = "hookline-test"
  throttle = { rate = 10, burst = 20 }

  function = {
    name       = "hookline-test-ingest"
    alias_name = "live"
    alias_invoke_arn = join("/", [
      "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions",
      "arn:aws:lambda:eu-west-1:123456789012:function:hookline-test-ingest:live", "invocations",
    ])
  }

  events_authorizer = {
    user_pool_arn = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Test"
    scopes        = ["hookline-test/events.write"]
  }
}

run "both_routes_invoke_the_alias" {
  module {
    source = "../api"
  }

  assert {
    condition = (
      aws_api_gateway_integration.webhooks.uri == var.function.alias_invoke_arn &&
      aws_api_gateway_integration.events["events"].uri == var.function.alias_invoke_arn
    )
    error_message = "a route does not invoke the alias"
  }

  assert {
    condition = (
      aws_lambda_permission.webhooks.qualifier == "live" &&
      aws_lambda_permission.events["events"].qualifier == "live"
    )
    error_message = "a permission is not for the alias"
  }
}

run "permissions_are_for_one_method_and_path" {
  module {
    source = "../api"
  }

  assert {
    condition = (
      aws_lambda_permission.webhooks.source_arn ==
      "arn:aws:execute-api:eu-west-1:123456789012:api1/live/POST/webhooks/*"
    )
    error_message = "webhooks are permitted from ${aws_lambda_permission.webhooks.source_arn}"
  }

  assert {
    condition = (
      aws_lambda_permission.events["events"].source_arn ==
      "arn:aws:execute-api:eu-west-1:123456789012:api1/live/POST/events"
    )
    error_message = "events are permitted from ${aws_lambda_permission.events["events"].source_arn}"
  }
}

run "events_require_a_scope_and_webhooks_require_nothing" {
  module {
    source = "../api"
  }

  assert {
    condition = (
      aws_api_gateway_method.events["events"].authorization == "COGNITO_USER_POOLS" &&
      aws_api_gateway_method.events["events"].authorization_scopes == toset(["hookline-test/events.write"])
    )
    error_message = "POST /events does not require the scope"
  }

  assert {
    condition     = aws_api_gateway_method.webhooks.authorization == "NONE"
    error_message = "POST /webhooks/{source} requires ${aws_api_gateway_method.webhooks.authorization}"
  }
}

run "bodies_are_binary_and_the_stage_is_throttled" {
  module {
    source = "../api"
  }

  assert {
    condition     = aws_api_gateway_rest_api.this.binary_media_types == tolist(["*/*"])
    error_message = "some media types are not binary"
  }

  assert {
    condition = (
      aws_api_gateway_method_settings.this.settings[0].throttling_rate_limit == 10 &&
      aws_api_gateway_method_settings.this.settings[0].throttling_burst_limit == 20
    )
    error_message = "the stage does not have the configured throttling"
  }
}

run "no_events_route_without_an_authorizer" {
  module {
    source = "../api"
  }

  variables {
    events_authorizer = null
  }

  assert {
    condition = 0 == sum([
      length(aws_api_gateway_resource.events), length(aws_api_gateway_method.events),
      length(aws_lambda_permission.events),
    ])
    error_message = "a resource of POST /events exists"
  }

  assert {
    condition     = output.events_url == null
    error_message = "the URL of POST /events is not null"
  }
}
