# The plan rejects sources that ingest cannot verify or that have no valid URL.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "rejects_unknown_sender" {
  command = plan

  variables {
    sources = {
      stripe = { sender = "morse" }
    }
    routes = {
      events = { source = "events", destinations = ["sink"] }
      x      = { source = "stripe", destinations = ["sink"] }
    }
  }

  expect_failures = [output.source_methods]
}

run "rejects_reserved_source_name" {
  command = plan

  variables {
    sources = {
      events = { sender = "github" }
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
      "Git_Hub" = { sender = "github" }
    }
    routes = {
      events = { source = "events", destinations = ["sink"] }
      x      = { source = "Git_Hub", destinations = ["sink"] }
    }
  }

  expect_failures = [var.sources]
}

run "rejects_content_type_with_parameters" {
  command = plan

  variables {
    sources = {
      github = { sender = "github", content_types = ["application/json; charset=utf-8"] }
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
      github = { sender = "github", content_types = [] }
    }
    routes = {
      events = { source = "events", destinations = ["sink"] }
      x      = { source = "github", destinations = ["sink"] }
    }
  }

  expect_failures = [var.sources]
}
