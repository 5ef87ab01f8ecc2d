# The plan rejects settings of the API that API Gateway would reject, or that would have no effect.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "rejects_domain_with_scheme" {
  command = plan

  variables {
    domain = {
      name            = "https://hooks.example.com"
      certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/7c3c1a3e-2f6b-4d77-8f5f-0b4ad9c6a111"
    }
  }

  expect_failures = [var.domain]
}

run "rejects_domain_in_capitals" {
  command = plan

  variables {
    domain = {
      name            = "Hooks.example.com"
      certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/7c3c1a3e-2f6b-4d77-8f5f-0b4ad9c6a111"
    }
  }

  expect_failures = [var.domain]
}

run "rejects_certificate_of_another_region" {
  command = plan

  variables {
    domain = {
      name            = "hooks.example.com"
      certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/7c3c1a3e-2f6b-4d77-8f5f-0b4ad9c6a111"
    }
  }

  expect_failures = [var.domain]
}

run "rejects_truststore_that_is_no_object_in_s3" {
  command = plan

  variables {
    domain = {
      name            = "hooks.example.com"
      certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/7c3c1a3e-2f6b-4d77-8f5f-0b4ad9c6a111"
      mutual_tls      = { truststore_uri = "clients.pem" }
    }
  }

  expect_failures = [var.domain]
}

run "rejects_web_acl_of_cloudfront" {
  command = plan

  variables {
    web_acl_arn = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/hookline/11111111-2222-3333-4444-555555555555"
  }

  expect_failures = [var.web_acl_arn]
}

run "rejects_web_acl_of_another_region" {
  command = plan

  variables {
    web_acl_arn = "arn:aws:wafv2:eu-west-2:123456789012:regional/webacl/hookline/11111111-2222-3333-4444-555555555555"
  }

  expect_failures = [var.web_acl_arn]
}

run "rejects_web_acl_of_an_http_api" {
  command = plan

  variables {
    api_type    = "http"
    web_acl_arn = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/hookline/11111111-2222-3333-4444-555555555555"
  }

  expect_failures = [var.web_acl_arn]
}

run "rejects_allowed_ips_of_an_http_api" {
  command = plan

  variables {
    api_type = "http"
    sources  = { github = { sender = "github", allowed_ips = ["192.30.252.0/22"] } }
  }

  expect_failures = [var.api_type]
}

run "accepts_networks_of_both_versions" {
  command = plan

  variables {
    sources = {
      github = { sender = "github", allowed_ips = ["192.30.252.0/22", "203.0.113.7/32", "2a0a:a440::/29"] }
    }
  }

  # Ingest does not know these options.
  assert {
    condition     = jsonencode(local.sources) == jsonencode({ github = { sender = "github" } })
    error_message = "ingest gets ${jsonencode(local.sources)}"
  }
}

run "rejects_address_without_prefix_length" {
  command = plan

  variables {
    sources = { github = { sender = "github", allowed_ips = ["192.30.252.0/22", "203.0.113.7"] } }
  }

  expect_failures = [var.sources]
}

run "rejects_prefix_that_is_too_long" {
  command = plan

  variables {
    sources = { github = { sender = "github", allowed_ips = ["203.0.113.7/33"] } }
  }

  expect_failures = [var.sources]
}

# No sender could send.
run "rejects_empty_allowed_ips" {
  command = plan

  variables {
    sources = { github = { sender = "github", allowed_ips = [] } }
  }

  expect_failures = [var.sources]
}

run "accepts_throttle_of_a_source" {
  command = plan

  variables {
    sources = { github = { sender = "github", throttle = { rate = 0.5, burst = 1 } } }
  }

  assert {
    condition     = jsonencode(local.sources) == jsonencode({ github = { sender = "github" } })
    error_message = "ingest gets ${jsonencode(local.sources)}"
  }
}

run "rejects_throttle_of_a_source_that_rejects_all" {
  command = plan

  variables {
    sources = { github = { sender = "github", throttle = { rate = 10, burst = 0 } } }
  }

  expect_failures = [var.sources]
}
