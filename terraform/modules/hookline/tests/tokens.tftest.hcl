# The plan rejects members that do not fit a token or a JWT.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  routes = {
    events = { source = "events", destinations = ["sink"] }
    x      = { source = "x", destinations = ["sink"] }
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
    condition = jsonencode(local.scheme_problems) == jsonencode([
      "x: message and digest are not for a token or a JWT; use bind for a JWT",
      "x: timestamp is not signed: add {timestamp} to the message",
    ])
    error_message = jsonencode(local.scheme_problems)
  }

  expect_failures = [output.source_methods, check.sources_sign_the_body]
}

run "rejects_encoding_of_a_token_for_an_hmac" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          signature = { in = ["header:X-S"], encoding = "text" }
        }
      }
    }
  }

  assert {
    condition = jsonencode(local.scheme_problems) == jsonencode([
      "x: signature.encoding can be text only for a token or a JWT",
    ])
    error_message = jsonencode(local.scheme_problems)
  }

  expect_failures = [output.source_methods]
}

run "rejects_jwt_for_an_hmac" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          signature = { in = ["header:X-S"] }
          jwt       = { algorithms = ["HS256"] }
        }
      }
    }
  }

  assert {
    condition = jsonencode(local.scheme_problems) == jsonencode([
      "x: jwt and algorithm = \"jwt\" need each other",
    ])
    error_message = jsonencode(local.scheme_problems)
  }

  expect_failures = [output.source_methods]
}

run "rejects_jwt_without_its_options" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          algorithm = "jwt"
          signature = { in = ["header:X-S"] }
        }
      }
    }
  }

  assert {
    condition = jsonencode(local.scheme_problems) == jsonencode([
      "x: jwt and algorithm = \"jwt\" need each other",
    ])
    error_message = jsonencode(local.scheme_problems)
  }

  expect_failures = [output.source_methods, check.sources_sign_the_body]
}

run "rejects_jwt_without_algorithms" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          algorithm = "jwt"
          signature = { in = ["header:X-S"] }
          jwt       = { issuer = "Acme" }
        }
      }
    }
  }

  assert {
    condition = jsonencode(local.scheme_problems) == jsonencode([
      "x: jwt.algorithms is empty, or needs different keys",
    ])
    error_message = jsonencode(local.scheme_problems)
  }

  expect_failures = [output.source_methods, check.sources_sign_the_body]
}

# An attacker could sign with the public key as the shared one.
run "rejects_jwt_with_a_shared_and_a_public_key" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          algorithm = "jwt"
          signature = { in = ["header:X-S"] }
          jwt       = { algorithms = ["HS256", "RS256"] }
        }
      }
    }
  }

  assert {
    condition = jsonencode(local.scheme_problems) == jsonencode([
      "x: jwt.algorithms is empty, or needs different keys",
    ])
    error_message = jsonencode(local.scheme_problems)
  }

  expect_failures = [output.source_methods, check.sources_sign_the_body]
}
