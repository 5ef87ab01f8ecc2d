# The REST API: API Gateway invokes the alias, and its permissions are for the same alias, method and path.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name     = "hookline-test"
  throttle = { rate = 10, burst = 20 }

  sources = {
    github = { throttle = { rate = 30, burst = 60 } }
    stripe = { throttle = { rate = 10, burst = 20 } }
  }

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

run "all_routes_invoke_the_alias" {
  module {
    source = "../api"
  }

  assert {
    condition = (
      alltrue([for name in ["github", "stripe"] :
        aws_api_gateway_integration.webhooks[name].uri == var.function.alias_invoke_arn
      ]) &&
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
    condition     = alltrue([for method in aws_api_gateway_method.webhooks : method.authorization == "NONE"])
    error_message = "POST /webhooks/<source> requires ${aws_api_gateway_method.webhooks["github"].authorization}"
  }
}

# API Gateway responds to any other path itself.
run "each_source_has_a_literal_resource" {
  module {
    source = "../api"
  }

  assert {
    condition = (
      { for name, resource in aws_api_gateway_resource.source : name => resource.path_part } ==
      { github = "github", stripe = "stripe" } &&
      alltrue([for resource in aws_api_gateway_resource.source :
        resource.parent_id == aws_api_gateway_resource.webhooks.id
      ]) &&
      alltrue([for method in aws_api_gateway_method.webhooks : method.http_method == "POST"])
    )
    error_message = "the resources are ${jsonencode(keys(aws_api_gateway_resource.source))}"
  }
}

run "bodies_are_binary_and_each_route_is_throttled" {
  module {
    source = "../api"
  }

  assert {
    condition     = aws_api_gateway_rest_api.this.binary_media_types == tolist(["*/*"])
    error_message = "some media types are not binary"
  }

  assert {
    condition = {
      for name, item in merge(aws_api_gateway_method_settings.webhooks, aws_api_gateway_method_settings.events) :
      item.method_path => [item.settings[0].throttling_rate_limit, item.settings[0].throttling_burst_limit]
      } == {
      "~1webhooks~1github/POST" = [30, 60], "~1webhooks~1stripe/POST" = [10, 20], "~1events/POST" = [10, 20],
    }
    error_message = "the routes do not have the configured throttling"
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
      length(aws_lambda_permission.events), length(aws_api_gateway_method_settings.events),
    ])
    error_message = "a resource of POST /events exists"
  }

  assert {
    condition     = output.events_url == null
    error_message = "the URL of POST /events is not null"
  }
}
