# The routes of handshakes: GET and HEAD on the path of a source, with the limits of its POST route.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name     = "hookline-test"
  throttle = { rate = 10, burst = 20 }

  sources = {
    github   = { throttle = { rate = 30, burst = 60 } }
    mandrill = { throttle = { rate = 10, burst = 20 }, methods = ["POST", "HEAD"] }
    meta = {
      throttle    = { rate = 5, burst = 8 }
      methods     = ["POST", "GET"]
      allowed_ips = ["203.0.113.0/24"]
    }
  }

  function = {
    name       = "hookline-test-ingest"
    alias_name = "live"
    alias_invoke_arn = join("/", [
      "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions",
      "arn:aws:lambda:eu-west-1:123456789012:function:hookline-test-ingest:live", "invocations",
    ])
  }
}

run "rest_api_has_the_methods_of_handshakes" {
  module {
    source = "../api"
  }

  assert {
    condition = {
      for key, method in aws_api_gateway_method.handshakes : key => [
        method.http_method, method.authorization,
        method.resource_id == aws_api_gateway_resource.source[split("/", key)[0]].id,
      ]
    } == { "mandrill/HEAD" = ["HEAD", "NONE", true], "meta/GET" = ["GET", "NONE", true] }
    error_message = "the methods are ${join(", ", keys(aws_api_gateway_method.handshakes))}"
  }

  assert {
    condition     = sort(keys(aws_api_gateway_method.webhooks)) == tolist(["github", "mandrill", "meta"])
    error_message = "POST is missing at a source"
  }

  assert {
    condition = alltrue([
      for integration in aws_api_gateway_integration.handshakes :
      integration.uri == var.function.alias_invoke_arn && integration.type == "AWS_PROXY" &&
      integration.integration_http_method == "POST"
    ]) && length(aws_api_gateway_integration.handshakes) == 2
    error_message = "a handshake does not invoke the alias"
  }

  assert {
    condition = {
      for item in aws_api_gateway_method_settings.handshakes :
      item.method_path => [item.settings[0].throttling_rate_limit, item.settings[0].throttling_burst_limit]
    } == { "~1webhooks~1mandrill/HEAD" = [10, 20], "~1webhooks~1meta/GET" = [5, 8] }
    error_message = "the handshakes do not have the throttling of their sources"
  }

  assert {
    condition = {
      for method, permission in aws_lambda_permission.handshakes :
      method => [permission.statement_id, permission.qualifier, permission.source_arn]
      } == {
      GET  = ["webhooks-get", "live", "arn:aws:execute-api:eu-west-1:123456789012:api1/live/GET/webhooks/*"]
      HEAD = ["webhooks-head", "live", "arn:aws:execute-api:eu-west-1:123456789012:api1/live/HEAD/webhooks/*"]
    }
    error_message = "the permissions are for ${join(", ", keys(aws_lambda_permission.handshakes))}"
  }
}

run "allowed_ips_are_for_all_methods_of_a_source" {
  module {
    source = "../api"
  }

  assert {
    condition = [
      for statement in jsondecode(aws_api_gateway_rest_api_policy.this.policy).Statement : statement.Resource
      if statement.Effect == "Deny"
      ] == [
      "arn:aws:execute-api:eu-west-1:123456789012:api1/live/POST/webhooks/meta",
      "arn:aws:execute-api:eu-west-1:123456789012:api1/live/GET/webhooks/meta",
    ]
    error_message = "the policy is ${aws_api_gateway_rest_api_policy.this.policy}"
  }
}

run "new_method_makes_a_new_deployment" {
  module {
    source = "../api"
  }

  assert {
    condition = alltrue([
      for method in aws_api_gateway_method.handshakes :
      strcontains(jsonencode(local.snapshot), jsonencode([method.id, method.authorization]))
      ]) && alltrue([
      for integration in aws_api_gateway_integration.handshakes :
      strcontains(jsonencode(local.snapshot), jsonencode([integration.id, integration.uri]))
    ])
    error_message = "the snapshot is ${jsonencode(local.snapshot)}"
  }
}

run "http_api_has_the_routes_of_handshakes" {
  module {
    source = "../http_api"
  }

  variables {
    timeout_seconds = 10
  }

  assert {
    condition = {
      for item in aws_apigatewayv2_stage.this.route_settings :
      item.route_key => [item.throttling_rate_limit, item.throttling_burst_limit]
      } == {
      "POST /webhooks/github"   = [30, 60], "POST /webhooks/mandrill" = [10, 20], "POST /webhooks/meta" = [5, 8],
      "HEAD /webhooks/mandrill" = [10, 20], "GET /webhooks/meta" = [5, 8]
    }
    error_message = "the routes have the settings ${jsonencode(aws_apigatewayv2_stage.this.route_settings)}"
  }

  assert {
    condition = alltrue([
      for route in aws_apigatewayv2_route.handshakes :
      route.target == "integrations/${aws_apigatewayv2_integration.function.id}" && route.authorization_type == "NONE"
    ]) && length(aws_apigatewayv2_route.handshakes) == 2
    error_message = "a handshake does not invoke the alias, or it needs a token"
  }

  assert {
    condition = {
      for method, permission in aws_lambda_permission.handshakes :
      method => [permission.statement_id, permission.qualifier, permission.source_arn]
      } == {
      GET  = ["http-webhooks-get", "live", "arn:aws:execute-api:eu-west-1:123456789012:api2/live/GET/webhooks/*"]
      HEAD = ["http-webhooks-head", "live", "arn:aws:execute-api:eu-west-1:123456789012:api2/live/HEAD/webhooks/*"]
    }
    error_message = "the permissions are for ${join(", ", keys(aws_lambda_permission.handshakes))}"
  }
}

run "rejects_more_than_300_routes_with_handshakes" {
  command = plan

  module {
    source = "../http_api"
  }

  variables {
    timeout_seconds = 10
    sources = {
      for n in range(151) : "source-${n}" => { throttle = { rate = 10, burst = 20 }, methods = ["POST", "GET"] }
    }
  }

  expect_failures = [aws_apigatewayv2_api.this]
}

run "rest_api_rejects_source_without_post" {
  command = plan

  module {
    source = "../api"
  }

  variables {
    sources = { github = { throttle = { rate = 10, burst = 20 }, methods = ["GET"] } }
  }

  expect_failures = [var.sources]
}

run "http_api_rejects_other_methods" {
  command = plan

  module {
    source = "../http_api"
  }

  variables {
    timeout_seconds = 10
    sources         = { github = { throttle = { rate = 10, burst = 20 }, methods = ["POST", "PUT"] } }
  }

  expect_failures = [var.sources]
}
