# A source that could not be verified, reached or delivered is refused before anything is made.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "unknown_scheme_is_refused" {
  command = plan

  variables {
    sources = {
      stripe = { scheme = "morse" }
    }
    routes = {
      events = { source = "events", destinations = ["sink"] }
      x      = { source = "stripe", destinations = ["sink"] }
    }
  }

  expect_failures = [var.sources]
}

run "reserved_source_name_is_refused" {
  command = plan

  variables {
    sources = {
      events = { scheme = "github" }
    }
    routes = {
      events = { source = "events", destinations = ["sink"] }
      x      = { source = "events", destinations = ["sink"] }
    }
  }

  expect_failures = [var.sources]
}

run "source_name_that_no_path_can_hold_is_refused" {
  command = plan

  variables {
    sources = {
      "Git_Hub" = { scheme = "github" }
    }
    routes = {
      events = { source = "events", destinations = ["sink"] }
      x      = { source = "Git_Hub", destinations = ["sink"] }
    }
  }

  expect_failures = [var.sources]
}

run "hmac_without_header_is_refused" {
  command = plan

  variables {
    sources = {
      billing = { scheme = "hmac" }
    }
    routes = {
      events = { source = "events", destinations = ["sink"] }
      x      = { source = "billing", destinations = ["sink"] }
    }
  }

  expect_failures = [var.sources]
}

run "hmac_with_header_is_taken" {
  command = plan

  variables {
    sources = {
      billing = { scheme = "hmac", header = "X-Signature", prefix = "v1=", encoding = "base64" }
    }
    routes = {
      events = { source = "events", destinations = ["sink"] }
      x      = { source = "billing", destinations = ["sink"] }
    }
  }
}

run "unknown_encoding_is_refused" {
  command = plan

  variables {
    sources = {
      billing = { scheme = "hmac", header = "X-Signature", encoding = "base32" }
    }
    routes = {
      events = { source = "events", destinations = ["sink"] }
      x      = { source = "billing", destinations = ["sink"] }
    }
  }

  expect_failures = [var.sources]
}

run "github_with_header_is_refused" {
  command = plan

  variables {
    sources = {
      github = { scheme = "github", header = "X-Signature" }
    }
    routes = {
      events = { source = "events", destinations = ["sink"] }
      x      = { source = "github", destinations = ["sink"] }
    }
  }

  expect_failures = [var.sources]
}

run "content_type_with_parameters_is_refused" {
  command = plan

  variables {
    sources = {
      github = { scheme = "github", content_types = ["application/json; charset=utf-8"] }
    }
    routes = {
      events = { source = "events", destinations = ["sink"] }
      x      = { source = "github", destinations = ["sink"] }
    }
  }

  expect_failures = [var.sources]
}

run "empty_content_types_are_refused" {
  command = plan

  variables {
    sources = {
      github = { scheme = "github", content_types = [] }
    }
    routes = {
      events = { source = "events", destinations = ["sink"] }
      x      = { source = "github", destinations = ["sink"] }
    }
  }

  expect_failures = [var.sources]
}
