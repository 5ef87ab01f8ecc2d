# What the REST API rejects before the function: addresses that a source does not allow, and requests that a web ACL
# blocks. And the limits of API Gateway itself.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name     = "hookline-test"
  throttle = { rate = 10, burst = 20 }

  sources = {
    github = {
      throttle    = { rate = 10, burst = 20 }
      allowed_ips = ["192.30.252.0/22", "2a0a:a440::/29"]
    }
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
}

run "policy_denies_a_source_to_other_addresses" {
  module {
    source = "../api"
  }

  assert {
    condition = jsonencode(jsondecode(aws_api_gateway_rest_api_policy.this.policy).Statement) == jsonencode([
      {
        Effect   = "Allow", Principal = "*", Action = "execute-api:Invoke"
        Resource = "arn:aws:execute-api:eu-west-1:123456789012:api1/*"
      },
      {
        Effect    = "Deny", Principal = "*", Action = "execute-api:Invoke"
        Resource  = "arn:aws:execute-api:eu-west-1:123456789012:api1/live/POST/webhooks/github"
        Condition = { NotIpAddress = { "aws:SourceIp" = ["192.30.252.0/22", "2a0a:a440::/29"] } }
      },
    ])
    error_message = "the policy is ${aws_api_gateway_rest_api_policy.this.policy}"
  }

  assert {
    condition = alltrue([
      for type in ["ACCESS_DENIED", "WAF_FILTERED"] :
      aws_api_gateway_gateway_response.this[type].status_code == "403"
    ])
    error_message = "a rejected request has no problem document with 403"
  }
}

# A policy takes effect with a deployment, also when it becomes weaker.
run "policy_without_allowed_ips_allows_all_in_a_new_deployment" {
  module {
    source = "../api"
  }

  variables {
    sources = { github = { throttle = { rate = 10, burst = 20 } }, stripe = { throttle = { rate = 10, burst = 20 } } }
  }

  assert {
    condition     = jsondecode(aws_api_gateway_rest_api_policy.this.policy).Statement[*].Effect == ["Allow"]
    error_message = "the policy is ${aws_api_gateway_rest_api_policy.this.policy}"
  }

  assert {
    condition     = contains([for item in local.snapshot : jsonencode(item)], jsonencode(local.policy))
    error_message = "a change of the policy makes no deployment"
  }
}

# AWS allows 8192 characters. Each network here has 19.
run "rejects_a_policy_that_is_too_long" {
  command = plan

  module {
    source = "../api"
  }

  variables {
    sources = {
      github = {
        throttle    = { rate = 10, burst = 20 }
        allowed_ips = [for n in range(430) : format("203.0.%d.%d/32", 100 + floor(n / 100), 100 + n % 100)]
      }
    }
  }

  expect_failures = [aws_api_gateway_rest_api_policy.this]
}

run "rest_api_has_at_most_300_resources" {
  command = plan

  module {
    source = "../api"
  }

  variables {
    sources = { for n in range(298) : "source-${n}" => { throttle = { rate = 10, burst = 20 } } }
  }
}

run "rejects_more_than_300_resources" {
  command = plan

  module {
    source = "../api"
  }

  variables {
    sources = { for n in range(299) : "source-${n}" => { throttle = { rate = 10, burst = 20 } } }
  }

  expect_failures = [aws_api_gateway_rest_api.this]
}

run "rejects_more_than_300_routes" {
  command = plan

  module {
    source = "../http_api"
  }

  variables {
    timeout_seconds = 10
    sources         = { for n in range(301) : "source-${n}" => { throttle = { rate = 10, burst = 20 } } }
  }

  expect_failures = [aws_apigatewayv2_api.this]
}

run "no_web_acl_by_default" {
  command = plan

  module {
    source = "../api"
  }

  assert {
    condition     = length(aws_wafv2_web_acl_association.this) == 0
    error_message = "the stage has a web ACL"
  }
}

run "web_acl_checks_the_stage" {
  module {
    source = "../api"
  }

  variables {
    web_acl_arn = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/hookline/11111111-2222-3333-4444-555555555555"
  }

  assert {
    condition = (
      aws_wafv2_web_acl_association.this["stage"].web_acl_arn == var.web_acl_arn &&
      aws_wafv2_web_acl_association.this["stage"].resource_arn == aws_api_gateway_stage.this.arn
    )
    error_message = "the web ACL is associated with ${aws_wafv2_web_acl_association.this["stage"].resource_arn}"
  }
}
