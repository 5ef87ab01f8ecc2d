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
          jwt       = { algorithms = ["HS256"], issuer = "Acme", required_claims = ["exp"] }
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

run "rejects_scheme_without_place_of_the_signature" {
  command = plan

  variables {
    sources = { x = { scheme = { signature = { in = [] } } } }
  }

  expect_failures = [output.source_methods]
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

run "rejects_fields_without_their_options" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          signature = { in = ["header:X-S"] }
          message   = "{id}.{timestamp}.{pair:n}.{body}.{{id}}"
        }
      }
    }
  }

  assert {
    condition = jsonencode(local.missing_options) == jsonencode([
      "x needs id",
      "x needs signature.pairs",
      "x needs timestamp",
    ])
    error_message = jsonencode(local.missing_options)
  }

  expect_failures = [output.source_methods]
}
