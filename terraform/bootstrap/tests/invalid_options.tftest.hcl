# Values of options that name an unknown environment, or more than one resource, fail the plan.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "rejects_label_that_another_environment_could_begin_with" {
  command = plan

  variables {
    label = "dev-bootstrap"
  }

  expect_failures = [var.label]
}

run "rejects_label_that_is_too_long" {
  command = plan

  variables {
    label = "bootstrap-abcdefghij"
  }

  expect_failures = [var.label]
}

run "rejects_api_id_of_unknown_environment" {
  command = plan

  variables {
    http_api_ids = { test = ["a1b2c3d4e5"] }
  }

  expect_failures = [var.http_api_ids]
}

run "rejects_wildcard_api_id" {
  command = plan

  variables {
    http_api_ids = { dev = ["*"] }
  }

  expect_failures = [var.http_api_ids]
}

run "rejects_api_id_of_two_environments" {
  command = plan

  variables {
    http_api_ids = { dev = ["a1b2c3d4e5"], prod = ["a1b2c3d4e5"] }
  }

  expect_failures = [var.http_api_ids]
}

run "rejects_domain_of_unknown_environment" {
  command = plan

  variables {
    domains = { test = { name = "hooks.example.com" } }
  }

  expect_failures = [var.domains]
}

run "rejects_wildcard_domain" {
  command = plan

  variables {
    domains = { dev = { name = "*.example.com" } }
  }

  expect_failures = [var.domains]
}

run "rejects_domain_of_two_environments" {
  command = plan

  variables {
    domains = { dev = { name = "hooks.example.com" }, prod = { name = "hooks.example.com" } }
  }

  expect_failures = [var.domains]
}

run "rejects_domain_above_253_characters" {
  command = plan

  variables {
    domains = { dev = { name = join(".", [for i in range(43) : "hooks"]) } }
  }

  expect_failures = [var.domains]
}

run "rejects_truststore_with_wildcard" {
  command = plan

  variables {
    domains = { dev = { name = "hooks.example.com", truststore = "example-truststores/*" } }
  }

  expect_failures = [var.domains]
}

run "rejects_truststore_with_scheme" {
  command = plan

  variables {
    domains = { dev = { name = "hooks.example.com", truststore = "s3://example-truststores/ca.pem" } }
  }

  expect_failures = [var.domains]
}

run "rejects_web_acl_of_unknown_environment" {
  command = plan

  variables {
    web_acl_arns = { test = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/rate/0a1b2c3d" }
  }

  expect_failures = [var.web_acl_arns]
}

run "rejects_web_acl_with_wildcard" {
  command = plan

  variables {
    web_acl_arns = { dev = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/*/0a1b2c3d" }
  }

  expect_failures = [var.web_acl_arns]
}

run "rejects_global_web_acl" {
  command = plan

  variables {
    web_acl_arns = { dev = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/rate/0a1b2c3d" }
  }

  expect_failures = [var.web_acl_arns]
}

run "rejects_event_bus_with_wildcard" {
  command = plan

  variables {
    event_buses = ["arn:aws:events:*:*:event-bus/*"]
  }

  expect_failures = [var.event_buses]
}

run "rejects_name_of_event_bus" {
  command = plan

  variables {
    event_buses = ["default"]
  }

  expect_failures = [var.event_buses]
}
