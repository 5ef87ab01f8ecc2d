# The plan rejects schemes with unknown values, and with options that do not fit together.

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

# The body can contain the time, but a header can only be signed by the message.
run "rejects_time_that_is_not_signed" {
  command = plan

  variables {
    sources = { x = { scheme = { signature = { in = ["header:X-S"] }, timestamp = { in = "header:X-Time" } } } }
  }

  assert {
    condition     = jsonencode(local.unsigned_times) == jsonencode(["x"])
    error_message = jsonencode(local.unsigned_times)
  }

  expect_failures = [output.source_methods]
}

run "accepts_time_in_the_signed_body" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          signature = { in = ["header:X-S"] }
          timestamp = { in = "json:/at", unit = "either" }
        }
      }
    }
  }
}

run "rejects_message_of_a_token" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          algorithm = "token"
          signature = { in = ["header:X-S"] }
          message   = "{body}"
          timestamp = { in = "json:/at" }
        }
      }
    }
  }

  assert {
    condition = jsonencode(local.misplaced_options) == jsonencode([
      "x has message with token",
      "x has timestamp with token",
    ])
    error_message = jsonencode(local.misplaced_options)
  }

  expect_failures = [output.source_methods, check.sources_sign_the_body]
}

run "rejects_options_of_other_algorithms" {
  command = plan

  variables {
    sources = { x = { scheme = { signature = { in = ["header:X-S"], encoding = "text" }, jwt = { issuer = "Acme" } } } }
  }

  assert {
    condition = jsonencode(local.misplaced_options) == jsonencode([
      "x has jwt with hmac-sha256",
      "x has the encoding text with hmac-sha256",
    ])
    error_message = jsonencode(local.misplaced_options)
  }

  expect_failures = [output.source_methods]
}

run "rejects_empty_separator" {
  command = plan

  variables {
    sources = { x = { scheme = { signature = { in = ["header:X-S"], separator = "" } } } }
  }

  assert {
    condition     = jsonencode(local.empty_texts) == jsonencode(["x"])
    error_message = jsonencode(local.empty_texts)
  }

  expect_failures = [output.source_methods]
}

run "rejects_empty_text_between_pairs" {
  command = plan

  variables {
    sources = { x = { scheme = { signature = { in = ["header:X-S"], pairs = { separators = [""] } } } } }
  }

  assert {
    condition     = jsonencode(local.empty_texts) == jsonencode(["x"])
    error_message = jsonencode(local.empty_texts)
  }

  expect_failures = [output.source_methods]
}
