# The warnings of a plan.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "warns_about_events_without_a_route" {
  variables {
    routes = {
      github = { source = "github", destinations = ["sink"] }
    }
  }

  expect_failures = [check.events_have_a_route]
}

run "defaults_fit_the_account" {
  command = plan

  assert {
    condition     = local.ingest_concurrency == 60 && local.process_share == 25
    error_message = "ingest needs ${local.ingest_concurrency}, process ${local.process_share}"
  }
}

run "warns_about_an_account_with_too_little_concurrency" {
  command = plan

  variables {
    account_concurrency = 84
  }

  expect_failures = [check.concurrency_fits_the_account]
}

run "account_with_exactly_the_needed_concurrency_fits" {
  command = plan

  variables {
    account_concurrency = 85
  }
}

run "warns_about_reservations_that_leave_too_little" {
  command = plan

  variables {
    functions = { ingest = { reserved_concurrency = 60 }, process = { reserved_concurrency = 41 } }

    account_concurrency = 200
  }

  expect_failures = [check.concurrency_fits_the_account]
}

run "reservations_that_leave_one_hundred_fit" {
  command = plan

  variables {
    functions = { ingest = { reserved_concurrency = 60 }, process = { reserved_concurrency = 40 } }

    account_concurrency = 200
  }
}

run "warns_about_a_reservation_below_the_need_of_ingest" {
  command = plan

  variables {
    functions = { ingest = { reserved_concurrency = 59 } }
  }

  expect_failures = [check.concurrency_fits_the_account]
}

# Two sources and POST /events: (20 + 60) + (100 + 200) + (100 + 200) requests in a second.
run "concurrency_is_the_sum_over_all_routes" {
  command = plan

  variables {
    sources = {
      github = { sender = "github", throttle = { rate = 20, burst = 60 } }
      stripe = { sender = "stripe" }
    }
    routes = {
      github = { source = "github", destinations = ["sink"] }
      stripe = { source = "stripe", destinations = ["sink"] }
      events = { source = "events", destinations = ["sink"] }
    }
  }

  assert {
    condition     = local.ingest_concurrency == 68
    error_message = "ingest needs ${local.ingest_concurrency}"
  }
}

run "concurrency_without_identity_has_no_share_of_post_events" {
  command = plan

  variables {
    identity_enabled = false
    routes           = { github = { source = "github", destinations = ["sink"] } }
  }

  assert {
    condition     = local.ingest_concurrency == 30
    error_message = "ingest needs ${local.ingest_concurrency}"
  }
}

run "warns_about_senders_that_do_not_sign_the_body" {
  command = plan

  variables {
    sources = {
      github  = { sender = "github" }
      gitlab  = { sender = "gitlab" }
      mailgun = { sender = "mailgun" }
      own-jwt = {
        scheme = { algorithm = "jwt", signature = { in = ["header:X-Jwt"] }, jwt = { algorithms = ["HS256"] } }
      }
      own-text = { scheme = { signature = { in = ["header:X-S"] }, message = "{json:/id}{{body}}" } }
      own-token = {
        scheme = { algorithm = "token", signature = { in = ["header:X-Token"], encoding = "text" } }
      }
    }
    routes = {
      all-events = { source = "events", destinations = ["sink"] }
      github     = { source = "github", destinations = ["sink"] }
      gitlab     = { source = "gitlab", destinations = ["sink"] }
      mailgun    = { source = "mailgun", destinations = ["sink"] }
      own-jwt    = { source = "own-jwt", destinations = ["sink"] }
      own-text   = { source = "own-text", destinations = ["sink"] }
      own-token  = { source = "own-token", destinations = ["sink"] }
    }
  }

  assert {
    condition = jsonencode(local.source_trust) == jsonencode({
      github    = "body"
      gitlab    = "token"
      mailgun   = "envelope"
      own-jwt   = "envelope"
      own-text  = "envelope"
      own-token = "token"
    })
    error_message = jsonencode(local.source_trust)
  }

  expect_failures = [check.sources_sign_the_body]
}

run "schemes_that_sign_the_body_have_no_warning" {
  command = plan

  variables {
    sources = {
      bound = {
        scheme = { signature = { in = ["query:s"] }, message = "{url}", bind = { "query:h" = "{sha256(body)}" } }
      }
      form   = { scheme = { signature = { in = ["header:X-S"] }, message = "{url}{sorted_form}" } }
      hashed = { scheme = { signature = { in = ["header:X-S"] }, message = "{path}{sha256_base64(body)}" } }
      jwt    = { scheme = { algorithm = "jwt", signature = { in = ["body"] }, jwt = { algorithms = ["HS256"] } } }
      plain  = { scheme = { signature = { in = ["header:X-S"] } } }
    }
    routes = {
      all-events = { source = "events", destinations = ["sink"] }
      bound      = { source = "bound", destinations = ["sink"] }
      form       = { source = "form", destinations = ["sink"] }
      hashed     = { source = "hashed", destinations = ["sink"] }
      jwt        = { source = "jwt", destinations = ["sink"] }
      plain      = { source = "plain", destinations = ["sink"] }
    }
  }

  assert {
    condition     = length(local.weak_sources) == 0
    error_message = join("; ", local.weak_sources)
  }
}

run "warns_about_senders_whose_documentation_was_not_read" {
  command = plan

  variables {
    sources = { mailersend = { sender = "mailersend" } }
    routes = {
      events     = { source = "events", destinations = ["sink"] }
      mailersend = { source = "mailersend", destinations = ["sink"] }
    }
  }

  expect_failures = [check.senders_are_confirmed]
}
