# The plan rejects messages that would prove less than they seem to.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  routes = {
    events = { source = "events", destinations = ["sink"] }
    x      = { source = "x", destinations = ["sink"] }
  }
}

run "rejects_message_without_a_field" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          signature = { in = ["header:X-S"] }
          message   = "secret {{body}}"
        }
      }
    }
  }

  assert {
    condition = jsonencode(local.scheme_problems) == jsonencode([
      "x: message has no field of the request",
    ])
    error_message = jsonencode(local.scheme_problems)
  }

  expect_failures = [output.source_methods, check.sources_sign_the_body]
}

run "rejects_time_without_its_place" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          signature = { in = ["header:X-S"] }
          message   = "{timestamp}.{body}"
        }
      }
    }
  }

  assert {
    condition = jsonencode(local.scheme_problems) == jsonencode([
      "x: message has {timestamp}, and timestamp is missing",
    ])
    error_message = jsonencode(local.scheme_problems)
  }

  expect_failures = [output.source_methods]
}

run "rejects_id_without_its_place" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          signature = { in = ["header:X-S"] }
          message   = "{id}.{body}"
        }
      }
    }
  }

  assert {
    condition = jsonencode(local.scheme_problems) == jsonencode([
      "x: message has {id}, and the first id is not one place",
    ])
    error_message = jsonencode(local.scheme_problems)
  }

  expect_failures = [output.source_methods]
}

run "rejects_id_of_several_places_in_the_message" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          signature = { in = ["header:X-S"] }
          message   = "{id}.{body}"
          id        = ["{header:X-A}-{header:X-B}"]
        }
      }
    }
  }

  assert {
    condition = jsonencode(local.scheme_problems) == jsonencode([
      "x: message has {id}, and the first id is not one place",
    ])
    error_message = jsonencode(local.scheme_problems)
  }

  expect_failures = [output.source_methods]
}

# The body can contain the time, but only the message can sign a header.
run "rejects_time_in_a_header_that_is_not_signed" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          signature = { in = ["header:X-S"] }
          timestamp = { in = "header:X-Time" }
        }
      }
    }
  }

  assert {
    condition = jsonencode(local.scheme_problems) == jsonencode([
      "x: timestamp is not signed: add {timestamp} to the message",
    ])
    error_message = jsonencode(local.scheme_problems)
  }

  expect_failures = [output.source_methods]
}

run "rejects_time_in_a_body_that_is_not_signed" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          signature = { in = ["header:X-S"] }
          message   = "{json:/id}"
          timestamp = { in = "json:/at" }
        }
      }
    }
  }

  assert {
    condition = jsonencode(local.scheme_problems) == jsonencode([
      "x: timestamp is not signed: add {timestamp} to the message",
    ])
    error_message = jsonencode(local.scheme_problems)
  }

  expect_failures = [output.source_methods, check.sources_sign_the_body]
}

run "rejects_time_in_the_query_of_a_configured_url" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          signature = { in = ["header:X-S"] }
          message   = "{url}.{body}"
          timestamp = { in = "query:t" }
        }
        url = "https://hooks.example.com/webhooks/x"
      }
    }
  }

  assert {
    condition = jsonencode(local.scheme_problems) == jsonencode([
      "x: timestamp is not signed: add {timestamp} to the message",
    ])
    error_message = jsonencode(local.scheme_problems)
  }

  expect_failures = [output.source_methods]
}

# Otherwise a part of one value could be moved to the other.
run "rejects_values_without_text_between_them" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          signature = { in = ["header:X-S"] }
          message   = "{header:X-A}{header:X-B}{body}"
        }
      }
    }
  }

  assert {
    condition = jsonencode(local.scheme_problems) == jsonencode([
      "x: message has fields without text between them",
    ])
    error_message = jsonencode(local.scheme_problems)
  }

  expect_failures = [output.source_methods]
}

run "rejects_value_of_the_body_next_to_the_body" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          signature = { in = ["header:X-S"] }
          message   = "{json:/id}{body}"
        }
      }
    }
  }

  assert {
    condition = jsonencode(local.scheme_problems) == jsonencode([
      "x: message has fields without text between them",
    ])
    error_message = jsonencode(local.scheme_problems)
  }

  expect_failures = [output.source_methods]
}

run "rejects_id_next_to_another_value" {
  command = plan

  variables {
    sources = {
      x = {
        scheme = {
          signature = { in = ["header:X-S"] }
          message   = "{id}{query:a}.{body}"
          id        = ["{header:X-Id}"]
        }
      }
    }
  }

  assert {
    condition = jsonencode(local.scheme_problems) == jsonencode([
      "x: message has fields without text between them",
    ])
    error_message = jsonencode(local.scheme_problems)
  }

  expect_failures = [output.source_methods]
}
