# The plan rejects schemes with unknown values.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  routes = {
    events = { source = "events", destinations = ["sink"] }
    x      = { source = "x", destinations = ["sink"] }
  }
}

run "rejects_unknown_algorithm" {
  command = plan

  variables {
    sources = { x = { scheme = { algorithm = "md5", signature = { in = ["header:X-S"] } } } }
  }

  assert {
    condition = jsonencode(local.invalid_values) == jsonencode([
      "x has scheme.algorithm = md5, not one of ${join(", ", local.algorithms)}",
    ])
    error_message = jsonencode(local.invalid_values)
  }

  expect_failures = [output.source_methods]
}

run "rejects_unknown_encoding" {
  command = plan

  variables {
    sources = { x = { scheme = { signature = { in = ["header:X-S"], encoding = "base32" } } } }
  }

  assert {
    condition = jsonencode(local.invalid_values) == jsonencode([
      "x has signature.encoding = base32, not one of ${join(", ", local.signature_encodings)}",
    ])
    error_message = jsonencode(local.invalid_values)
  }

  expect_failures = [output.source_methods]
}

run "rejects_unknown_form_of_key" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          key       = { encoding = "base32", derive = "md5" }
          signature = { in = ["header:X-S"] }
        }
      }
    }
  }

  assert {
    condition = jsonencode(local.invalid_values) == jsonencode([
      "x has key.encoding = base32, not one of text, hex, base64, base64url",
      "x has key.derive = md5, not one of nfkd, sha1, sha256",
    ])
    error_message = jsonencode(local.invalid_values)
  }

  expect_failures = [output.source_methods]
}

run "rejects_unknown_digest_and_unit" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          digest    = "md5"
          signature = { in = ["header:X-S"] }
          timestamp = { in = "json:/at", unit = "days" }
        }
      }
    }
  }

  assert {
    condition = jsonencode(local.invalid_values) == jsonencode([
      "x has scheme.digest = md5, not one of sha256",
      "x has timestamp.unit = days, not one of seconds, milliseconds, either, iso8601, rfc1123",
    ])
    error_message = jsonencode(local.invalid_values)
  }

  expect_failures = [output.source_methods]
}

run "rejects_jwt_without_signature" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          algorithm = "jwt"
          signature = { in = ["header:X-S"] }
          jwt       = { algorithms = ["none"] }
        }
      }
    }
  }

  assert {
    condition = jsonencode(local.invalid_values) == jsonencode([
      "x has jwt.algorithms = none, not one of ${join(", ", local.jwt_algorithms)}",
    ])
    error_message = jsonencode(local.invalid_values)
  }

  expect_failures = [output.source_methods, check.sources_sign_the_body]
}
