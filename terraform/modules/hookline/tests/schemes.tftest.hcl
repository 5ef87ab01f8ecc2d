# Schemes that sources spell out: what ingest gets, and their places and templates.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  routes = {
    events = { source = "events", destinations = ["sink"] }
    x      = { source = "x", destinations = ["sink"] }
  }
}

run "ingest_gets_a_scheme_without_nulls" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          algorithm = "hmac-sha512"
          key       = { encoding = "base64", prefix = "whsec_" }
          signature = {
            in        = ["header:X-Acme-Signature", "query:signature"]
            pairs     = { separators = [",", ";"] }
            names     = ["v1"]
            prefix    = "v1="
            separator = " "
            encoding  = "base64"
          }
          message      = "{id}.{timestamp}.{body}{{}}"
          timestamp    = { in = "header:X-Acme-Time", unit = "milliseconds" }
          bind         = { "query:hash" = "{sha256(body)}" }
          id           = ["{header:X-Acme-Id}"]
          type         = ["{json:/type}.{json:/action}", "{header:X-Acme.Event}", "command{?form:command}"]
          type_replace = { "/" = "." }
        }
        handshakes = [{
          method = "POST", when = { "json:/type" = "check" }, signed = true
          json   = { token = "{json:/token}", signed = "v1={signed(json:/token)}" }
        }]
        response          = { status = 200, body = "" }
        tolerance_seconds = 14400
        deduplicate       = "id"
      }
    }
  }

  assert {
    condition = jsondecode(local.ingest_environment.HOOKLINE_SOURCES).x == {
      scheme = {
        algorithm = "hmac-sha512"
        key       = { encoding = "base64", prefix = "whsec_" }
        signature = {
          in        = ["header:X-Acme-Signature", "query:signature"]
          pairs     = { separators = [",", ";"] }
          names     = ["v1"]
          prefix    = "v1="
          separator = " "
          encoding  = "base64"
        }
        message      = "{id}.{timestamp}.{body}{{}}"
        timestamp    = { in = "header:X-Acme-Time", unit = "milliseconds" }
        bind         = { "query:hash" = "{sha256(body)}" }
        id           = ["{header:X-Acme-Id}"]
        type         = ["{json:/type}.{json:/action}", "{header:X-Acme.Event}", "command{?form:command}"]
        type_replace = { "/" = "." }
      }
      handshakes = [{
        method = "POST", when = { "json:/type" = "check" }, signed = true
        json   = { token = "{json:/token}", signed = "v1={signed(json:/token)}" }
      }]
      response          = { status = 200, body = "" }
      tolerance_seconds = 14400
      deduplicate       = "id"
    }
    error_message = "ingest gets ${local.ingest_environment.HOOKLINE_SOURCES}"
  }
}

run "accepts_jwt_with_url_and_audience" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          algorithm = "jwt"
          signature = { in = ["header:X-Signature-Jwt"] }
          jwt       = { algorithms = ["HS256"], issuer = "Acme", max_age_seconds = 120 }
          bind      = { "claim:url_hash" = "{sha256(url)}", "claim:payload_hash" = "{sha256(body)}" }
        }
        url               = "https://hooks.example.com/webhooks/x?tenant=1"
        audience          = "hooks"
        tolerance_seconds = 60
      }
    }
  }

  assert {
    condition     = local.sources.x.audience == "hooks" && local.sources.x.tolerance_seconds == 60
    error_message = "ingest gets ${local.ingest_environment.HOOKLINE_SOURCES}"
  }
}

run "rejects_unknown_places" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          signature = { in = ["header:X S", "cookie:s"] }
          timestamp = { in = "json:at" }
          bind      = { "query:" = "{body}" }
        }
      }
    }
  }

  assert {
    condition = jsonencode(local.invalid_places) == jsonencode([
      "x has header:X S",
      "x has cookie:s",
      "x has json:at",
      "x has query:",
    ])
    error_message = jsonencode(local.invalid_places)
  }

  expect_failures = [output.source_methods]
}

run "rejects_unknown_field" {
  command = plan

  variables {
    sources = { x = { scheme = { signature = { in = ["header:X-S"] }, message = "{bodY}" } } }
  }

  assert {
    condition     = jsonencode(local.invalid_templates) == jsonencode(["x has {bodY}"])
    error_message = jsonencode(local.invalid_templates)
  }

  expect_failures = [output.source_methods, check.sources_sign_the_body]
}

run "rejects_single_brace" {
  command = plan

  variables {
    sources = { x = { scheme = { signature = { in = ["header:X-S"] }, message = "{body}}", type = ["{"] } } }
  }

  assert {
    condition     = jsonencode(local.invalid_templates) == jsonencode(["x has {body}}", "x has {"])
    error_message = jsonencode(local.invalid_templates)
  }

  expect_failures = [output.source_methods]
}

run "rejects_own_signature_outside_of_a_handshake" {
  command = plan

  variables {
    sources = { x = { scheme = { signature = { in = ["header:X-S"] }, message = "{body}{signed(header:X-A)}" } } }
  }

  assert {
    condition     = jsonencode(local.invalid_templates) == jsonencode(["x has {body}{signed(header:X-A)}"])
    error_message = jsonencode(local.invalid_templates)
  }

  expect_failures = [output.source_methods]
}

run "accepts_messages_whose_values_have_one_form" {
  command = plan

  variables {
    sources = {
      body-time = {
        scheme = { signature = { in = ["header:X-S"] }, timestamp = { in = "json:/at", unit = "either" } }
      }
      braces = { scheme = { signature = { in = ["header:X-S"] }, message = "{{{header:X-A}}}{body}" } }
      hashed = { scheme = { signature = { in = ["header:X-S"] }, message = "{method}{url}{sha256(body)}" } }
      headers = {
        scheme = {
          signature = { in = ["header:X-S"] }
          message   = "{signed_headers:X-Signed}.{body}"
          timestamp = { in = "header:X-Time" }
        }
      }
      items = {
        scheme = {
          signature = { in = ["json:/signature"] }
          message   = "{json:/id}{json:/at}"
          bind      = { "query:hash" = "{sha256(body)}" }
          each      = "/items"
        }
      }
      query = {
        scheme = { signature = { in = ["header:X-S"] }, message = "{url}.{body}", timestamp = { in = "query:t" } }
      }
      time-first = {
        scheme = {
          signature = { in = ["header:X-S"] }
          message   = "{timestamp}{header:X-Nonce}{body}"
          timestamp = { in = "header:X-Time" }
        }
      }
    }
    routes = {
      all-events = { source = "events", destinations = ["sink"] }
      body-time  = { source = "body-time", destinations = ["sink"] }
      braces     = { source = "braces", destinations = ["sink"] }
      hashed     = { source = "hashed", destinations = ["sink"] }
      headers    = { source = "headers", destinations = ["sink"] }
      items      = { source = "items", destinations = ["sink"] }
      query      = { source = "query", destinations = ["sink"] }
      time-first = { source = "time-first", destinations = ["sink"] }
    }
  }

  assert {
    condition     = length(local.scheme_problems) == 0
    error_message = jsonencode(local.scheme_problems)
  }
}
