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

run "passes_options_of_every_sender_to_ingest" {
  command = plan

  variables {
    sources = { x = { sender = "github", deduplicate = "off", validate_json = true } }
  }

  assert {
    condition = jsondecode(local.ingest_environment.HOOKLINE_SOURCES).x == {
      deduplicate   = "off"
      sender        = "github"
      validate_json = true
    }
    error_message = "ingest gets ${local.ingest_environment.HOOKLINE_SOURCES}"
  }
}

run "rejects_unknown_deduplication" {
  command = plan

  variables {
    sources = { x = { sender = "github", deduplicate = "never" } }
  }

  expect_failures = [var.sources]
}

run "rejects_deduplication_by_id_without_ids" {
  command = plan

  variables {
    sources = { x = { scheme = { signature = { in = ["header:X-S"] } }, deduplicate = "id" } }
  }

  assert {
    condition     = jsonencode(local.without_ids) == jsonencode(["x"])
    error_message = jsonencode(local.without_ids)
  }

  expect_failures = [output.source_methods]
}

run "rejects_tolerance_for_github" {
  command = plan

  variables {
    sources = { x = { sender = "github", tolerance_seconds = 60 } }
  }

  assert {
    condition     = jsonencode(local.without_time) == jsonencode(["x"])
    error_message = jsonencode(local.without_time)
  }

  expect_failures = [output.source_methods]
}

run "rejects_tolerance_of_zero" {
  command = plan

  variables {
    sources = { x = { sender = "stripe", tolerance_seconds = 0 } }
  }

  expect_failures = [var.sources]
}

run "rejects_tolerance_above_the_maximum" {
  command = plan

  variables {
    sources = { x = { sender = "linear", tolerance_seconds = 1296001 } }
  }

  expect_failures = [var.sources]
}

run "rejects_fraction_of_a_second" {
  command = plan

  variables {
    sources = { x = { sender = "linear", tolerance_seconds = 0.5 } }
  }

  expect_failures = [var.sources]
}

# A repeated request would be delivered again.
run "rejects_tolerance_above_the_default_without_idempotency" {
  command = plan

  variables {
    sources     = { x = { sender = "linear", tolerance_seconds = 28801 } }
    idempotency = { enabled = false }
  }

  assert {
    condition     = jsonencode(local.long_tolerances) == jsonencode(["x (28801, default 28800)"])
    error_message = jsonencode(local.long_tolerances)
  }

  expect_failures = [output.source_methods]
}

run "accepts_default_tolerance_without_idempotency" {
  command = plan

  variables {
    sources     = { x = { sender = "linear", tolerance_seconds = 28800 } }
    idempotency = { enabled = false }
  }
}

run "rejects_tolerance_without_signed_timestamp" {
  command = plan

  variables {
    sources = { x = { scheme = { signature = { in = ["header:X-S"] } }, tolerance_seconds = 60 } }
  }

  assert {
    condition     = jsonencode(local.without_time) == jsonencode(["x"])
    error_message = jsonencode(local.without_time)
  }

  expect_failures = [output.source_methods]
}

run "rejects_tolerance_for_secret_token" {
  command = plan

  variables {
    sources = { x = { sender = "gitlab", tolerance_seconds = 60 } }
  }

  assert {
    condition     = jsonencode(local.without_time) == jsonencode(["x"])
    error_message = jsonencode(local.without_time)
  }

  expect_failures = [output.source_methods, check.sources_sign_the_body]
}

run "accepts_deduplication_by_id_with_ids" {
  command = plan

  variables {
    sources = {
      x = { scheme = { signature = { in = ["header:X-S"] }, id = ["{header:X-Id}"] }, deduplicate = "id" }
    }
  }
}

run "rejects_tolerance_of_a_scheme_above_the_maximum" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          signature = { in = ["header:X-S"] }
          timestamp = { in = "json:/at", tolerance_seconds = 1296001 }
        }
      }
    }
  }

  expect_failures = [var.sources]
}

run "rejects_tolerance_of_a_scheme_above_the_default_without_idempotency" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          signature = { in = ["header:X-S"] }
          timestamp = { in = "json:/at", tolerance_seconds = 301 }
        }
      }
    }
    idempotency = { enabled = false }
  }

  assert {
    condition     = jsonencode(local.long_tolerances) == jsonencode(["x (301, default 300)"])
    error_message = jsonencode(local.long_tolerances)
  }

  expect_failures = [output.source_methods]
}
