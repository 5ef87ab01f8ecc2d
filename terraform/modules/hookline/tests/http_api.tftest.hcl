# The HTTP API: the routes of the REST API, before the same alias, permitted for one method and path each.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name            = "hookline-test"
  throttle        = { rate = 10, burst = 20 }
  timeout_seconds = 10

  function = {
    name             = "hookline-test-ingest"
    alias_name       = "live"
    alias_invoke_arn = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:hookline-test-ingest:live/invocations"
  }

  events_authorizer = {
    issuer   = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Test"
    audience = ["client1"]
    scopes   = ["hookline-test/events.write"]
  }
}

run "routes_are_those_of_the_rest_api" {
  module {
    source = "../http_api"
  }

  assert {
    condition     = aws_apigatewayv2_api.this.protocol_type == "HTTP" && length(aws_apigatewayv2_api.this.cors_configuration) == 0
    error_message = "it is an API of the type ${aws_apigatewayv2_api.this.protocol_type}, or lets browsers in"
  }

  assert {
    condition     = [aws_apigatewayv2_route.webhooks.route_key, aws_apigatewayv2_route.events["events"].route_key] == ["POST /webhooks/{source}", "POST /events"]
    error_message = "the routes are ${aws_apigatewayv2_route.webhooks.route_key} and ${aws_apigatewayv2_route.events["events"].route_key}"
  }

  assert {
    condition     = [output.webhooks_url, output.events_url] == ["https://api2.execute-api.eu-west-1.amazonaws.com/live/webhooks", "https://api2.execute-api.eu-west-1.amazonaws.com/live/events"]
    error_message = "the URLs are ${output.webhooks_url} and ${output.events_url}"
  }
}

run "both_routes_call_the_alias" {
  module {
    source = "../http_api"
  }

  assert {
    condition     = aws_apigatewayv2_integration.function.integration_uri == var.function.alias_invoke_arn && aws_apigatewayv2_integration.function.payload_format_version == "2.0"
    error_message = "what is called is ${aws_apigatewayv2_integration.function.integration_uri}, by format ${aws_apigatewayv2_integration.function.payload_format_version}"
  }

  assert {
    condition     = toset([aws_apigatewayv2_route.webhooks.target, aws_apigatewayv2_route.events["events"].target]) == toset(["integrations/${aws_apigatewayv2_integration.function.id}"])
    error_message = "a route calls something else than the alias"
  }

  assert {
    condition     = aws_lambda_permission.webhooks.qualifier == "live" && aws_lambda_permission.events["events"].qualifier == "live"
    error_message = "a permission is for something else than the alias"
  }
}

run "permissions_are_for_one_method_and_path" {
  module {
    source = "../http_api"
  }

  assert {
    condition     = aws_lambda_permission.webhooks.source_arn == "arn:aws:execute-api:eu-west-1:123456789012:api2/live/POST/webhooks/*"
    error_message = "webhooks are permitted from ${aws_lambda_permission.webhooks.source_arn}"
  }

  assert {
    condition     = aws_lambda_permission.events["events"].source_arn == "arn:aws:execute-api:eu-west-1:123456789012:api2/live/POST/events"
    error_message = "events are permitted from ${aws_lambda_permission.events["events"].source_arn}"
  }

  # The alias has the REST API's permissions until they are gone, and takes an id once.
  assert {
    condition = length(setintersection(
      [aws_lambda_permission.webhooks.statement_id, aws_lambda_permission.events["events"].statement_id],
      flatten([for file in ["webhooks", "events"] : regex("statement_id += +\"([a-z-]+)\"", file("../api/${file}.tf"))]),
    )) == 0
    error_message = "a permission has an id that the REST API's may have"
  }
}

run "events_ask_for_a_scope_and_webhooks_for_nothing" {
  module {
    source = "../http_api"
  }

  assert {
    condition     = aws_apigatewayv2_route.events["events"].authorization_type == "JWT" && aws_apigatewayv2_route.events["events"].authorization_scopes == toset(["hookline-test/events.write"]) && aws_apigatewayv2_route.events["events"].authorizer_id == aws_apigatewayv2_authorizer.events["events"].id
    error_message = "POST /events does not ask for the scope"
  }

  assert {
    condition = (aws_apigatewayv2_authorizer.events["events"].authorizer_type == "JWT" &&
      aws_apigatewayv2_authorizer.events["events"].identity_sources == toset(["$request.header.Authorization"]) &&
      aws_apigatewayv2_authorizer.events["events"].jwt_configuration[0].issuer == "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Test" &&
    aws_apigatewayv2_authorizer.events["events"].jwt_configuration[0].audience == toset(["client1"]))
    error_message = "tokens are taken of ${jsonencode(aws_apigatewayv2_authorizer.events["events"].jwt_configuration)}"
  }

  assert {
    condition     = aws_apigatewayv2_route.webhooks.authorization_type == "NONE"
    error_message = "POST /webhooks/{source} asks for ${aws_apigatewayv2_route.webhooks.authorization_type}"
  }
}

run "the_stage_is_live_at_once_and_throttled" {
  module {
    source = "../http_api"
  }

  assert {
    condition     = aws_apigatewayv2_stage.this.name == "live" && aws_apigatewayv2_stage.this.auto_deploy
    error_message = "the stage ${aws_apigatewayv2_stage.this.name} does not follow the routes"
  }

  assert {
    condition     = aws_apigatewayv2_stage.this.default_route_settings[0].throttling_rate_limit == 10 && aws_apigatewayv2_stage.this.default_route_settings[0].throttling_burst_limit == 20
    error_message = "the stage is not throttled as asked"
  }

  assert {
    condition     = aws_apigatewayv2_stage.this.default_route_settings[0].detailed_metrics_enabled == false
    error_message = "metrics are written that are billed one by one"
  }
}
