# The plan rejects options that a scheme does not support, and invalid templates of the scheme hmac.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  routes = {
    events = { source = "events", destinations = ["sink"] }
    x      = { source = "x", destinations = ["sink"] }
  }
}

run "accepts_every_scheme_with_its_options" {
  command = plan

  variables {
    sources = {
      bitbucket      = { scheme = "bitbucket" }
      github         = { scheme = "github", deduplicate = "id", validate_json = true }
      gitlab         = { scheme = "gitlab" }
      gitlab-signing = { scheme = "gitlab", mode = "signature", tolerance_seconds = 60 }
      linear         = { scheme = "linear", tolerance_seconds = 1296000 }
      pagerduty      = { scheme = "pagerduty" }
      shopify        = { scheme = "shopify" }
      slack          = { scheme = "slack", tolerance_seconds = 30, deduplicate = "off" }
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
        tolerance_seconds = 14400
        deduplicate       = "id"
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
    condition = jsondecode(local.ingest_environment.HOOKLINE_SOURCES).gitlab-signing == {
      mode              = "signature"
      scheme            = "gitlab"
      tolerance_seconds = 60
    }
    error_message = "ingest gets ${local.ingest_environment.HOOKLINE_SOURCES}"
  }
}

run "rejects_header_for_stripe" {
  command = plan

  variables {
    sources = { x = { scheme = "stripe", header = "X-Signature" } }
  }

  expect_failures = [var.sources]
}

run "rejects_mode_for_standard" {
  command = plan

  variables {
    sources = { x = { scheme = "standard", mode = "signature" } }
  }

  expect_failures = [var.sources]
}

run "rejects_unknown_mode" {
  command = plan

  variables {
    sources = { x = { scheme = "gitlab", mode = "both" } }
  }

  expect_failures = [var.sources]
}

run "rejects_unknown_algorithm" {
  command = plan

  variables {
    sources = { x = { scheme = "hmac", header = "X-S", algorithm = "sha1" } }
  }

  expect_failures = [var.sources]
}

run "rejects_template_without_body" {
  command = plan

  variables {
    sources = { x = { scheme = "hmac", header = "X-S", template = "{id}", id_header = "X-I" } }
  }

  expect_failures = [var.sources]
}

run "rejects_template_with_two_bodies" {
  command = plan

  variables {
    sources = { x = { scheme = "hmac", header = "X-S", template = "{body}.{body}" } }
  }

  expect_failures = [var.sources]
}

run "rejects_template_without_text_between_placeholders" {
  command = plan

  variables {
    sources = { x = { scheme = "hmac", header = "X-S", template = "{timestamp}{body}", timestamp_header = "X-T" } }
  }

  expect_failures = [var.sources]
}

run "rejects_template_with_unknown_placeholder" {
  command = plan

  variables {
    sources = { x = { scheme = "hmac", header = "X-S", template = "{url}.{body}" } }
  }

  expect_failures = [var.sources]
}

run "rejects_template_with_timestamp_without_header" {
  command = plan

  variables {
    sources = { x = { scheme = "hmac", header = "X-S", template = "{timestamp}.{body}" } }
  }

  expect_failures = [var.sources]
}

run "rejects_timestamp_header_without_template" {
  command = plan

  variables {
    sources = { x = { scheme = "hmac", header = "X-S", timestamp_header = "X-T" } }
  }

  expect_failures = [var.sources]
}

run "rejects_template_with_id_without_header" {
  command = plan

  variables {
    sources = { x = { scheme = "hmac", header = "X-S", template = "{id}.{body}" } }
  }

  expect_failures = [var.sources]
}

run "rejects_invalid_header_name" {
  command = plan

  variables {
    sources = { x = { scheme = "hmac", header = "X-S", event_header = "X Event" } }
  }

  expect_failures = [var.sources]
}

run "rejects_empty_separator" {
  command = plan

  variables {
    sources = { x = { scheme = "hmac", header = "X-S", separator = "" } }
  }

  expect_failures = [var.sources]
}

run "rejects_invalid_source_url" {
  command = plan

  variables {
    sources = { x = { scheme = "twilio", url = "hooks.example.com" } }
  }

  expect_failures = [var.sources]
}
