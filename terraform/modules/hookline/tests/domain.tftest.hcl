# The custom domain: one resource for both API types, which is then the only host of the API.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  domain = {
    name            = "hooks.example.com"
    certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/7c3c1a3e-2f6b-4d77-8f5f-0b4ad9c6a111"
  }
}

run "no_domain_by_default" {
  command = plan

  variables {
    domain = null
  }

  assert {
    condition     = length(module.domain) == 0 && output.domain_target == null
    error_message = "the domain target is ${jsonencode(output.domain_target)}"
  }
}

run "urls_have_the_domain" {
  assert {
    condition = jsonencode([output.api_url, output.webhook_urls, output.events_url]) == jsonencode([
      "https://hooks.example.com", { github = "https://hooks.example.com/webhooks/github" },
      "https://hooks.example.com/events",
    ])
    error_message = "the URLs are ${jsonencode([output.api_url, output.webhook_urls, output.events_url])}"
  }

  assert {
    condition     = keys(output.domain_target) == ["dns_name", "hosted_zone_id"]
    error_message = "the domain target is ${jsonencode(output.domain_target)}"
  }
}

# The domain is the same resource, so its DNS record stays.
run "urls_stay_when_the_type_changes" {
  variables {
    api_type = "http"
  }

  assert {
    condition = (
      output.webhook_urls == run.urls_have_the_domain.webhook_urls &&
      output.events_url == run.urls_have_the_domain.events_url &&
      output.domain_target == run.urls_have_the_domain.domain_target
    )
    error_message = "the URLs are ${jsonencode([output.webhook_urls, output.events_url, output.domain_target])}"
  }
}

run "domain_is_regional_with_tls_1_2_and_maps_the_stage" {
  module {
    source = "../domain"
  }

  variables {
    name            = "hooks.example.com"
    certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/7c3c1a3e-2f6b-4d77-8f5f-0b4ad9c6a111"
    api_id          = "api1"
    stage_name      = "live"
  }

  assert {
    condition = (
      aws_apigatewayv2_domain_name.this.domain_name_configuration[0].security_policy == "TLS_1_2" &&
      aws_apigatewayv2_domain_name.this.domain_name_configuration[0].endpoint_type == "REGIONAL" &&
      length(aws_apigatewayv2_domain_name.this.mutual_tls_authentication) == 0
    )
    error_message = "the domain is ${jsonencode(aws_apigatewayv2_domain_name.this.domain_name_configuration)}"
  }

  assert {
    condition = jsonencode([
      aws_apigatewayv2_api_mapping.this.api_id, aws_apigatewayv2_api_mapping.this.stage,
      aws_apigatewayv2_api_mapping.this.api_mapping_key,
    ]) == jsonencode(["api1", "live", null])
    error_message = "the mapping is of ${aws_apigatewayv2_api_mapping.this.api_id}"
  }
}

run "mutual_tls_has_the_truststore" {
  module {
    source = "../domain"
  }

  variables {
    name            = "hooks.example.com"
    certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/7c3c1a3e-2f6b-4d77-8f5f-0b4ad9c6a111"
    api_id          = "api1"
    stage_name      = "live"
    mutual_tls      = { truststore_uri = "s3://hookline-truststore/clients.pem", truststore_version = "v1" }
  }

  assert {
    condition = (
      aws_apigatewayv2_domain_name.this.mutual_tls_authentication[0].truststore_uri == var.mutual_tls.truststore_uri &&
      aws_apigatewayv2_domain_name.this.mutual_tls_authentication[0].truststore_version == "v1"
    )
    error_message = "the truststore is ${jsonencode(aws_apigatewayv2_domain_name.this.mutual_tls_authentication)}"
  }
}

run "rest_api_has_no_other_host_with_a_domain" {
  module {
    source = "../api"
  }

  variables {
    name        = "hookline-test"
    throttle    = { rate = 10, burst = 20 }
    sources     = { github = { throttle = { rate = 10, burst = 20 } } }
    function    = { name = "f", alias_name = "live", alias_invoke_arn = "arn:aws:apigateway:eu-west-1:lambda:path/f" }
    domain_name = "hooks.example.com"
  }

  assert {
    condition     = aws_api_gateway_rest_api.this.disable_execute_api_endpoint
    error_message = "API Gateway's own host still works"
  }
}

run "http_api_has_no_other_host_with_a_domain" {
  module {
    source = "../http_api"
  }

  variables {
    name            = "hookline-test"
    timeout_seconds = 10
    throttle        = { rate = 10, burst = 20 }
    sources         = { github = { throttle = { rate = 10, burst = 20 } } }
    domain_name     = "hooks.example.com"

    function = { name = "f", alias_name = "live", alias_invoke_arn = "arn:aws:apigateway:eu-west-1:lambda:path/f" }
  }

  assert {
    condition     = aws_apigatewayv2_api.this.disable_execute_api_endpoint
    error_message = "API Gateway's own host still works"
  }
}

run "apis_without_a_domain_have_their_own_host" {
  module {
    source = "../api"
  }

  variables {
    name     = "hookline-test"
    throttle = { rate = 10, burst = 20 }
    sources  = { github = { throttle = { rate = 10, burst = 20 } } }
    function = { name = "f", alias_name = "live", alias_invoke_arn = "arn:aws:apigateway:eu-west-1:lambda:path/f" }
  }

  assert {
    condition     = !aws_api_gateway_rest_api.this.disable_execute_api_endpoint
    error_message = "API Gateway's own host does not work"
  }
}
