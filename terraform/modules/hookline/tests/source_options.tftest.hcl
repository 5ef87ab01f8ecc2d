# Options of sources: deduplication, the check of JSON, and the accepted age of a signed timestamp.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  routes = {
    events = { source = "events", destinations = ["sink"] }
    x      = { source = "x", destinations = ["sink"] }
  }
}

run "passes_options_of_every_scheme_to_ingest" {
  command = plan

  variables {
    sources = { x = { scheme = "github", deduplicate = "off", validate_json = true } }
  }

  assert {
    condition = jsondecode(local.ingest_environment.HOOKLINE_SOURCES).x == {
      deduplicate   = "off"
      scheme        = "github"
      validate_json = true
    }
    error_message = "ingest gets ${local.ingest_environment.HOOKLINE_SOURCES}"
  }
}

run "rejects_unknown_deduplication" {
  command = plan

  variables {
    sources = { x = { scheme = "github", deduplicate = "never" } }
  }

  expect_failures = [var.sources]
}

run "rejects_deduplication_by_id_without_id_header" {
  command = plan

  variables {
    sources = { x = { scheme = "hmac", header = "X-S", deduplicate = "id" } }
  }

  expect_failures = [var.sources]
}

run "rejects_tolerance_for_github" {
  command = plan

  variables {
    sources = { x = { scheme = "github", tolerance_seconds = 60 } }
  }

  expect_failures = [var.sources]
}

run "rejects_tolerance_of_zero" {
  command = plan

  variables {
    sources = { x = { scheme = "stripe", tolerance_seconds = 0 } }
  }

  expect_failures = [var.sources]
}

run "rejects_tolerance_above_the_maximum" {
  command = plan

  variables {
    sources = { x = { scheme = "linear", tolerance_seconds = 1296001 } }
  }

  expect_failures = [var.sources]
}

run "rejects_fraction_of_a_second" {
  command = plan

  variables {
    sources = { x = { scheme = "linear", tolerance_seconds = 0.5 } }
  }

  expect_failures = [var.sources]
}

# A repeated request would be delivered again.
run "rejects_tolerance_above_the_default_without_idempotency" {
  command = plan

  variables {
    sources     = { x = { scheme = "linear", tolerance_seconds = 28801 } }
    idempotency = { enabled = false }
  }

  expect_failures = [var.sources]
}

run "accepts_default_tolerance_without_idempotency" {
  command = plan

  variables {
    sources     = { x = { scheme = "linear", tolerance_seconds = 28800 } }
    idempotency = { enabled = false }
  }
}

run "rejects_tolerance_without_signed_timestamp" {
  command = plan

  variables {
    sources = { x = { scheme = "hmac", header = "X-S", tolerance_seconds = 60 } }
  }

  expect_failures = [var.sources]
}

run "rejects_tolerance_for_secret_token" {
  command = plan

  variables {
    sources = { x = { scheme = "gitlab", tolerance_seconds = 60 } }
  }

  expect_failures = [var.sources]
}
