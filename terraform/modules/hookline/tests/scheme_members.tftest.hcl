# The plan rejects schemes whose members do not fit together.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  routes = {
    events = { source = "events", destinations = ["sink"] }
    x      = { source = "x", destinations = ["sink"] }
  }
}

run "rejects_scheme_without_place_of_the_signature" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          signature = { in = [] }
        }
      }
    }
  }

  assert {
    condition = jsonencode(local.scheme_problems) == jsonencode([
      "x: signature.in is empty, so no request would be accepted",
    ])
    error_message = jsonencode(local.scheme_problems)
  }

  expect_failures = [output.source_methods]
}

run "rejects_signature_in_the_signed_body" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          signature = { in = ["body"] }
        }
      }
    }
  }

  assert {
    condition = jsonencode(local.scheme_problems) == jsonencode([
      "x: signature.in can be the body only for a JWT",
    ])
    error_message = jsonencode(local.scheme_problems)
  }

  expect_failures = [output.source_methods]
}

run "rejects_pairs_without_names" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          signature = { in = ["header:X-S"], pairs = {} }
        }
      }
    }
  }

  assert {
    condition = jsonencode(local.scheme_problems) == jsonencode([
      "x: signature.names and signature.pairs need each other",
    ])
    error_message = jsonencode(local.scheme_problems)
  }

  expect_failures = [output.source_methods]
}

run "rejects_names_without_pairs" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          signature = { in = ["header:X-S"], names = ["v1"] }
        }
      }
    }
  }

  assert {
    condition = jsonencode(local.scheme_problems) == jsonencode([
      "x: signature.names and signature.pairs need each other",
    ])
    error_message = jsonencode(local.scheme_problems)
  }

  expect_failures = [output.source_methods]
}

run "rejects_empty_separator" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          signature = { in = ["header:X-S"], separator = "" }
        }
      }
    }
  }

  assert {
    condition = jsonencode(local.scheme_problems) == jsonencode([
      "x: separator, after, separators and assignment must not be empty",
    ])
    error_message = jsonencode(local.scheme_problems)
  }

  expect_failures = [output.source_methods]
}

run "rejects_empty_text_between_pairs" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          signature = { in = ["header:X-S"], names = ["v1"], pairs = { separators = [""] } }
        }
      }
    }
  }

  assert {
    condition = jsonencode(local.scheme_problems) == jsonencode([
      "x: separator, after, separators and assignment must not be empty",
    ])
    error_message = jsonencode(local.scheme_problems)
  }

  expect_failures = [output.source_methods]
}

run "rejects_derived_public_key" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          algorithm = "ed25519"
          key       = { derive = "sha256" }
          signature = { in = ["header:X-S"] }
        }
      }
    }
  }

  assert {
    condition = jsonencode(local.scheme_problems) == jsonencode([
      "x: key.derive is only for an HMAC, and nfkd only for a text",
    ])
    error_message = jsonencode(local.scheme_problems)
  }

  expect_failures = [output.source_methods]
}

run "rejects_elements_of_no_json_pointer" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          signature = { in = ["header:X-S"] }
          each      = "items"
        }
      }
    }
  }

  assert {
    condition = jsonencode(local.scheme_problems) == jsonencode([
      "x: each is not a JSON pointer",
    ])
    error_message = jsonencode(local.scheme_problems)
  }

  expect_failures = [output.source_methods]
}
