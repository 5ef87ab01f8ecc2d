# Which of a source's events a route takes, and what goes with them: what process could not ask or send is refused.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "filter_that_asks_nothing_is_refused" {
  command = plan

  variables {
    routes = {
      events = { source = "events", destinations = ["sink"] }
      x      = { source = "github", destinations = ["sink"], filter = [{ pointer = "/a" }] }
    }
  }

  expect_failures = [var.routes]
}

run "filter_that_asks_two_things_is_refused" {
  command = plan

  variables {
    routes = {
      events = { source = "events", destinations = ["sink"] }
      x      = { source = "github", destinations = ["sink"], filter = [{ pointer = "/a", equals = "1", exists = true }] }
    }
  }

  expect_failures = [var.routes]
}

run "pointer_that_is_none_is_refused" {
  command = plan

  variables {
    routes = {
      events = { source = "events", destinations = ["sink"] }
      x      = { source = "github", destinations = ["sink"], filter = [{ pointer = "a", exists = true }] }
    }
  }

  expect_failures = [var.routes]
}

run "type_that_no_event_has_is_refused" {
  command = plan

  variables {
    routes = {
      events = { source = "events", destinations = ["sink"] }
      x      = { source = "github", destinations = ["sink"], types = ["github push"] }
    }
  }

  expect_failures = [var.routes]
}

run "no_types_is_refused" {
  command = plan

  variables {
    routes = {
      events = { source = "events", destinations = ["sink"] }
      x      = { source = "github", destinations = ["sink"], types = [] }
    }
  }

  expect_failures = [var.routes]
}

run "types_and_filters_are_passed_on" {
  command = plan

  variables {
    routes = {
      events = { source = "events", destinations = ["sink"] }
      x      = { source = "github", destinations = ["sink"], types = ["github.p*"], filter = [{ pointer = "/a/0", in = ["1"] }, { pointer = "", exists = true }] }
    }
  }

  assert {
    condition     = local.process_environment.HOOKLINE_ROUTES == "{\"events\":{\"destinations\":[\"sink\"]},\"x\":{\"destinations\":[\"sink\"],\"filter\":[{\"in\":[\"1\"],\"pointer\":\"/a/0\"},{\"exists\":true,\"pointer\":\"\"}],\"source\":\"github\",\"types\":[\"github.p*\"]}}"
    error_message = "HOOKLINE_ROUTES is ${local.process_environment.HOOKLINE_ROUTES}"
  }
}

run "header_of_the_event_is_refused" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "https://sink.example.com/", headers = { "Ce-Id" = "1" } }
    }
  }

  expect_failures = [var.destinations]
}

run "header_with_credentials_is_refused" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "https://sink.example.com/", headers = { Authorization = "Bearer x" } }
    }
  }

  expect_failures = [var.destinations]
}

run "header_that_is_none_is_refused" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "https://sink.example.com/", headers = { "X Tenant" = "blue" } }
    }
  }

  expect_failures = [var.destinations]
}

run "headers_are_passed_on" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "https://sink.example.com/", headers = { X-Tenant = "blue" } }
    }
  }

  assert {
    condition     = jsondecode(local.process_environment.HOOKLINE_DESTINATIONS).sink.headers.X-Tenant == "blue"
    error_message = "HOOKLINE_DESTINATIONS is ${local.process_environment.HOOKLINE_DESTINATIONS}"
  }
}
