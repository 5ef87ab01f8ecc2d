# Each scheme takes its own options and no others, and a template of the scheme hmac has to be one.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  routes = {
    events = { source = "events", destinations = ["sink"] }
    x      = { source = "x", destinations = ["sink"] }
  }
}

run "every_scheme_is_taken_with_its_options" {
  command = plan

  variables {
    sources = {
      bitbucket      = { scheme = "bitbucket" }
      github         = { scheme = "github" }
      gitlab         = { scheme = "gitlab" }
      gitlab-signing = { scheme = "gitlab", mode = "signature", tolerance_seconds = 60 }
      linear         = { scheme = "linear", tolerance_seconds = 60 }
      pagerduty      = { scheme = "pagerduty" }
      shopify        = { scheme = "shopify" }
      slack          = { scheme = "slack", tolerance_seconds = 30 }
      standard       = { scheme = "standard", tolerance_seconds = 1 }
      stripe         = { scheme = "stripe", tolerance_seconds = 300 }
      twilio         = { scheme = "twilio", url = "https://hooks.example.com/webhooks/twilio?tenant=1" }
      acme = {
        scheme            = "hmac"
        header            = "X-Acme-Signature"
        prefix            = "v1="
        encoding          = "base64"
        algorithm         = "sha512"
        template          = "{id}.{timestamp}.{body}"
        timestamp_header  = "X-Acme-Time"
        id_header         = "X-Acme-Id"
        event_header      = "X-Acme-Event"
        separator         = " "
        tolerance_seconds = 3600
      }
    }
    routes = {
      events         = { source = "events", destinations = ["sink"] }
      acme           = { source = "acme", destinations = ["sink"] }
      bitbucket      = { source = "bitbucket", destinations = ["sink"] }
      github         = { source = "github", destinations = ["sink"] }
      gitlab         = { source = "gitlab", destinations = ["sink"] }
      gitlab-signing = { source = "gitlab-signing", destinations = ["sink"] }
      linear         = { source = "linear", destinations = ["sink"] }
      pagerduty      = { source = "pagerduty", destinations = ["sink"] }
      shopify        = { source = "shopify", destinations = ["sink"] }
      slack          = { source = "slack", destinations = ["sink"] }
      standard       = { source = "standard", destinations = ["sink"] }
      stripe         = { source = "stripe", destinations = ["sink"] }
      twilio         = { source = "twilio", destinations = ["sink"] }
    }
  }

  assert {
    condition     = jsondecode(local.ingest_environment.HOOKLINE_SOURCES).gitlab-signing == { mode = "signature", scheme = "gitlab", tolerance_seconds = 60 }
    error_message = "ingest reads ${local.ingest_environment.HOOKLINE_SOURCES}"
  }
}

run "stripe_with_a_header_is_refused" {
  command = plan

  variables {
    sources = { x = { scheme = "stripe", header = "X-Signature" } }
  }

  expect_failures = [var.sources]
}

run "github_with_a_tolerance_is_refused" {
  command = plan

  variables {
    sources = { x = { scheme = "github", tolerance_seconds = 60 } }
  }

  expect_failures = [var.sources]
}

run "a_mode_for_standard_is_refused" {
  command = plan

  variables {
    sources = { x = { scheme = "standard", mode = "signature" } }
  }

  expect_failures = [var.sources]
}

run "a_tolerance_of_nothing_is_refused" {
  command = plan

  variables {
    sources = { x = { scheme = "stripe", tolerance_seconds = 0 } }
  }

  expect_failures = [var.sources]
}

run "a_tolerance_above_the_most_is_refused" {
  command = plan

  variables {
    sources = { x = { scheme = "linear", tolerance_seconds = 61 } }
  }

  expect_failures = [var.sources]
}

run "a_tolerance_without_a_signed_time_is_refused" {
  command = plan

  variables {
    sources = { x = { scheme = "hmac", header = "X-S", tolerance_seconds = 60 } }
  }

  expect_failures = [var.sources]
}

run "a_tolerance_for_a_secret_token_is_refused" {
  command = plan

  variables {
    sources = { x = { scheme = "gitlab", tolerance_seconds = 60 } }
  }

  expect_failures = [var.sources]
}

run "an_unknown_mode_is_refused" {
  command = plan

  variables {
    sources = { x = { scheme = "gitlab", mode = "both" } }
  }

  expect_failures = [var.sources]
}

run "an_unknown_algorithm_is_refused" {
  command = plan

  variables {
    sources = { x = { scheme = "hmac", header = "X-S", algorithm = "sha1" } }
  }

  expect_failures = [var.sources]
}

run "a_template_without_the_body_is_refused" {
  command = plan

  variables {
    sources = { x = { scheme = "hmac", header = "X-S", template = "{id}", id_header = "X-I" } }
  }

  expect_failures = [var.sources]
}

run "a_template_with_two_bodies_is_refused" {
  command = plan

  variables {
    sources = { x = { scheme = "hmac", header = "X-S", template = "{body}.{body}" } }
  }

  expect_failures = [var.sources]
}

run "a_template_with_nothing_between_is_refused" {
  command = plan

  variables {
    sources = { x = { scheme = "hmac", header = "X-S", template = "{timestamp}{body}", timestamp_header = "X-T" } }
  }

  expect_failures = [var.sources]
}

run "a_template_with_other_braces_is_refused" {
  command = plan

  variables {
    sources = { x = { scheme = "hmac", header = "X-S", template = "{url}.{body}" } }
  }

  expect_failures = [var.sources]
}

run "a_template_whose_time_is_nowhere_is_refused" {
  command = plan

  variables {
    sources = { x = { scheme = "hmac", header = "X-S", template = "{timestamp}.{body}" } }
  }

  expect_failures = [var.sources]
}

run "a_time_that_is_not_signed_is_refused" {
  command = plan

  variables {
    sources = { x = { scheme = "hmac", header = "X-S", timestamp_header = "X-T" } }
  }

  expect_failures = [var.sources]
}

run "a_template_whose_id_is_nowhere_is_refused" {
  command = plan

  variables {
    sources = { x = { scheme = "hmac", header = "X-S", template = "{id}.{body}" } }
  }

  expect_failures = [var.sources]
}

run "a_header_that_is_none_is_refused" {
  command = plan

  variables {
    sources = { x = { scheme = "hmac", header = "X-S", event_header = "X Event" } }
  }

  expect_failures = [var.sources]
}

run "an_empty_separator_is_refused" {
  command = plan

  variables {
    sources = { x = { scheme = "hmac", header = "X-S", separator = "" } }
  }

  expect_failures = [var.sources]
}

run "a_url_that_is_none_is_refused" {
  command = plan

  variables {
    sources = { x = { scheme = "twilio", url = "hooks.example.com" } }
  }

  expect_failures = [var.sources]
}
