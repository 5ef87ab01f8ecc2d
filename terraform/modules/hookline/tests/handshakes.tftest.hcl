# Requests by which a sender checks its URL: the methods of a route, and the plan rejects invalid handshakes.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  routes = {
    events = { source = "events", destinations = ["sink"] }
    x      = { source = "x", destinations = ["sink"] }
  }
}

run "sources_have_the_methods_of_their_senders" {
  command = plan

  variables {
    sources = {
      bitbucket = { sender = "bitbucket" }
      mandrill  = { sender = "mandrill" }
      meta      = { sender = "meta" }
      own = {
        scheme     = { signature = { in = ["header:X-Signature"] } }
        handshakes = [{ method = "GET", when = { "query:challenge" = "*" }, body = "{query:challenge}" }]
      }
      zoom = { sender = "zoom" }
    }
    routes = {
      all-events = { source = "events", destinations = ["sink"] }
      bitbucket  = { source = "bitbucket", destinations = ["sink"] }
      mandrill   = { source = "mandrill", destinations = ["sink"] }
      meta       = { source = "meta", destinations = ["sink"] }
      own        = { source = "own", destinations = ["sink"] }
      zoom       = { source = "zoom", destinations = ["sink"] }
    }
  }

  assert {
    condition = jsonencode(output.source_methods) == jsonencode({
      bitbucket = ["POST"]
      mandrill  = ["POST", "HEAD"]
      meta      = ["POST", "GET"]
      own       = ["POST", "GET"]
      zoom      = ["POST"]
    })
    error_message = "the methods are ${jsonencode(output.source_methods)}"
  }

  # Eight routes and POST /events, each with the default of 100 + 200 requests in a second.
  assert {
    condition     = length(local.route_throttles) == 9 && local.ingest_concurrency == 270
    error_message = "the routes are ${length(local.route_throttles)}, and ingest needs ${local.ingest_concurrency}"
  }
}

run "rejects_unknown_method" {
  command = plan

  variables {
    sources = {
      x = {
        scheme     = { signature = { in = ["header:X-S"] } }
        handshakes = [{ method = "PUT", when = {} }]
      }
    }
  }

  assert {
    condition = jsonencode(local.invalid_values) == jsonencode([
      "x has handshakes.method = PUT, not one of GET, HEAD, POST",
    ])
    error_message = jsonencode(local.invalid_values)
  }

  expect_failures = [output.source_methods]
}

run "rejects_unknown_places" {
  command = plan

  variables {
    sources = {
      x = {
        scheme     = { signature = { in = ["header:X-S"] } }
        handshakes = [{ method = "GET", when = { "cookie:a" = "*" }, token = "token", key = "header:" }]
      }
    }
  }

  assert {
    condition     = jsonencode(local.invalid_places) == jsonencode(["x has cookie:a", "x has token", "x has header:"])
    error_message = jsonencode(local.invalid_places)
  }

  expect_failures = [output.source_methods]
}

run "rejects_unknown_fields" {
  command = plan

  variables {
    sources = {
      x = {
        scheme     = { signature = { in = ["header:X-S"] } }
        handshakes = [{ method = "GET", when = {}, body = "{challenge}", headers = { X-A = "{" } }]
      }
    }
  }

  assert {
    condition     = jsonencode(local.invalid_templates) == jsonencode(["x has {challenge}", "x has {"])
    error_message = jsonencode(local.invalid_templates)
  }

  expect_failures = [output.source_methods]
}

run "rejects_body_with_json" {
  command = plan

  variables {
    sources = {
      x = {
        scheme     = { signature = { in = ["header:X-S"] } }
        handshakes = [{ method = "GET", when = {}, body = "ok", json = { a = "b" } }]
      }
    }
  }

  assert {
    condition = jsonencode(local.handshake_problems) == jsonencode([
      "x: body and json exclude each other",
    ])
    error_message = jsonencode(local.handshake_problems)
  }

  expect_failures = [output.source_methods]
}

run "rejects_signed_get" {
  command = plan

  variables {
    sources = {
      x = {
        scheme     = { signature = { in = ["header:X-S"] } }
        handshakes = [{ method = "GET", when = {}, signed = true }]
      }
    }
  }

  assert {
    condition = jsonencode(local.handshake_problems) == jsonencode([
      "x: signed is only for POST",
    ])
    error_message = jsonencode(local.handshake_problems)
  }

  expect_failures = [output.source_methods]
}

run "rejects_post_without_condition" {
  command = plan

  variables {
    sources = {
      x = {
        scheme     = { signature = { in = ["header:X-S"] } }
        handshakes = [{ method = "POST", when = {} }]
      }
    }
  }

  assert {
    condition = jsonencode(local.handshake_problems) == jsonencode([
      "x: when is empty, so each POST would be a handshake",
    ])
    error_message = jsonencode(local.handshake_problems)
  }

  expect_failures = [output.source_methods]
}

run "rejects_own_signature_without_hmac" {
  command = plan

  variables {
    sources = {
      x = {
        scheme     = { algorithm = "ed25519", signature = { in = ["header:X-S"] } }
        handshakes = [{ method = "GET", when = {}, body = "{signed(query:c)}" }]
      }
    }
  }

  assert {
    condition = jsonencode(local.handshake_problems) == jsonencode([
      "x: {signed(PLACE)} needs an HMAC",
    ])
    error_message = jsonencode(local.handshake_problems)
  }

  expect_failures = [output.source_methods]
}

run "rejects_handshakes_of_a_sender" {
  command = plan

  variables {
    sources = {
      x = {
        sender     = "bitbucket"
        handshakes = [{ method = "GET", when = {} }]
      }
    }
  }

  assert {
    condition = jsonencode(local.handshake_problems) == jsonencode([
      "x: handshakes are only for a source with a scheme; the sender has its own",
    ])
    error_message = jsonencode(local.handshake_problems)
  }

  expect_failures = [output.source_methods]
}

run "rejects_status_of_an_error" {
  command = plan

  variables {
    sources = {
      x = {
        scheme     = { signature = { in = ["header:X-S"] } }
        handshakes = [{ method = "GET", when = {}, status = 404 }]
      }
    }
  }

  expect_failures = [var.sources]
}

run "rejects_response_with_the_status_of_an_error" {
  command = plan

  variables {
    sources = { x = { sender = "bitbucket", response = { status = 302 } } }
  }

  expect_failures = [var.sources]
}
