# The HTTP API: it has the routes of the REST API and invokes the same alias. Each permission is for one method and
# path.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name            = "hookline-test"
  throttle        = { rate = 10, burst = 20 }
  timeout_seconds = 10

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
    issuer   = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Test"
    audience = ["client1"]
    scopes   = ["hookline-test/events.write"]
  }
}

run "routes_equal_those_of_the_rest_api" {
  module {
    source = "../http_api"
  }

  assert {
    condition = (
      aws_apigatewayv2_api.this.protocol_type == "HTTP" &&
      length(aws_apigatewayv2_api.this.cors_configuration) == 0
    )
    error_message = "the protocol is ${aws_apigatewayv2_api.this.protocol_type}, or CORS is enabled"
  }

  assert {
    condition = sort(concat(
      values(aws_apigatewayv2_route.webhooks)[*].route_key, values(aws_apigatewayv2_route.events)[*].route_key,
    )) == tolist(["POST /events", "POST /webhooks/github", "POST /webhooks/stripe"])
    error_message = format(
      "the routes are %s and %s",
      join(", ", values(aws_apigatewayv2_route.webhooks)[*].route_key),
      aws_apigatewayv2_route.events["events"].route_key,
    )
  }

  assert {
    condition = [output.webhooks_url, output.events_url] == [
      "https://api2.execute-api.eu-west-1.amazonaws.com/live/webhooks",
      "https://api2.execute-api.eu-west-1.amazonaws.com/live/events",
    ]
    error_message = "the URLs are ${output.webhooks_url} and ${output.events_url}"
  }
}

run "all_routes_invoke_the_alias" {
  module {
    source = "../http_api"
  }

  assert {
    condition = (
      aws_apigatewayv2_integration.function.integration_uri == var.function.alias_invoke_arn &&
      aws_apigatewayv2_integration.function.payload_format_version == "2.0"
    )
    error_message = format(
      "the integration is %s with the format %s",
      aws_apigatewayv2_integration.function.integration_uri,
      aws_apigatewayv2_integration.function.payload_format_version,
    )
  }

  assert {
    condition = toset(concat(
      values(aws_apigatewayv2_route.webhooks)[*].target, values(aws_apigatewayv2_route.events)[*].target,
    )) == toset(["integrations/${aws_apigatewayv2_integration.function.id}"])
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
    source = "../http_api"
  }

  assert {
    condition = (
      aws_lambda_permission.webhooks.source_arn ==
      "arn:aws:execute-api:eu-west-1:123456789012:api2/live/POST/webhooks/*"
    )
    error_message = "webhooks are permitted from ${aws_lambda_permission.webhooks.source_arn}"
  }

  assert {
    condition = (
      aws_lambda_permission.events["events"].source_arn ==
      "arn:aws:execute-api:eu-west-1:123456789012:api2/live/POST/events"
    )
    error_message = "events are permitted from ${aws_lambda_permission.events["events"].source_arn}"
  }

  # When the type changes, the alias has the permissions of both APIs for a moment, and it accepts each id once.
  assert {
    condition = length(setintersection(
      [aws_lambda_permission.webhooks.statement_id, aws_lambda_permission.events["events"].statement_id],
      flatten([
        for file in ["webhooks", "events"] : regex("statement_id += +\"([a-z-]+)\"", file("../api/${file}.tf"))
      ]),
    )) == 0
    error_message = "a permission has the id of a permission of the REST API"
  }
}

run "events_require_a_scope_and_webhooks_require_nothing" {
  module {
    source = "../http_api"
  }

  assert {
    condition = (
      aws_apigatewayv2_route.events["events"].authorization_type == "JWT" &&
      aws_apigatewayv2_route.events["events"].authorization_scopes == toset(["hookline-test/events.write"]) &&
      aws_apigatewayv2_route.events["events"].authorizer_id == aws_apigatewayv2_authorizer.events["events"].id
    )
    error_message = "POST /events does not require the scope"
  }

  assert {
    condition = (
      aws_apigatewayv2_authorizer.events["events"].authorizer_type == "JWT" &&
      aws_apigatewayv2_authorizer.events["events"].identity_sources == toset(["$request.header.Authorization"]) &&
      aws_apigatewayv2_authorizer.events["events"].jwt_configuration[0].issuer == var.events_authorizer.issuer &&
      aws_apigatewayv2_authorizer.events["events"].jwt_configuration[0].audience == toset(["client1"])
    )
    error_message = format(
      "the JWT configuration is %s", jsonencode(aws_apigatewayv2_authorizer.events["events"].jwt_configuration),
    )
  }

  assert {
    condition     = toset(values(aws_apigatewayv2_route.webhooks)[*].authorization_type) == toset(["NONE"])
    error_message = "POST /webhooks/github requires ${aws_apigatewayv2_route.webhooks["github"].authorization_type}"
  }
}

run "stage_deploys_automatically_and_throttles_each_route" {
  module {
    source = "../http_api"
  }

  assert {
    condition     = aws_apigatewayv2_stage.this.name == "live" && aws_apigatewayv2_stage.this.auto_deploy
    error_message = "the stage ${aws_apigatewayv2_stage.this.name} does not deploy automatically"
  }

  assert {
    condition = {
      for item in aws_apigatewayv2_stage.this.route_settings :
      item.route_key => [item.throttling_rate_limit, item.throttling_burst_limit]
    } == { "POST /webhooks/github" = [30, 60], "POST /webhooks/stripe" = [10, 20], "POST /events" = [10, 20] }
    error_message = "the routes have the settings ${jsonencode(aws_apigatewayv2_stage.this.route_settings)}"
  }

  assert {
    condition     = !anytrue(aws_apigatewayv2_stage.this.route_settings[*].detailed_metrics_enabled)
    error_message = "detailed metrics are enabled"
  }
}
