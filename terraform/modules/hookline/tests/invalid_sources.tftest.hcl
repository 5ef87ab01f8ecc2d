# The plan rejects sources that ingest cannot verify or that have no valid URL.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "rejects_unknown_scheme" {
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

run "rejects_reserved_source_name" {
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

run "rejects_invalid_source_name" {
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

run "rejects_hmac_without_header" {
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

run "accepts_hmac_with_header" {
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

run "rejects_unknown_encoding" {
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

run "rejects_header_for_github" {
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

run "rejects_content_type_with_parameters" {
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

run "rejects_empty_content_types" {
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
