# Filters, types and headers: the plan rejects values that process cannot use, and passes on valid values.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "rejects_filter_condition_without_operator" {
  command = plan

  variables {
    routes = {
      events = { source = "events", destinations = ["sink"] }
      x      = { source = "github", destinations = ["sink"], filter = [{ pointer = "/a" }] }
    }
  }

  expect_failures = [var.routes]
}

run "rejects_filter_condition_with_two_operators" {
  command = plan

  variables {
    routes = {
      events = { source = "events", destinations = ["sink"] }
      x = {
        source       = "github"
        destinations = ["sink"]
        filter       = [{ pointer = "/a", equals = "1", exists = true }]
      }
    }
  }

  expect_failures = [var.routes]
}

run "rejects_invalid_json_pointer" {
  command = plan

  variables {
    routes = {
      events = { source = "events", destinations = ["sink"] }
      x      = { source = "github", destinations = ["sink"], filter = [{ pointer = "a", exists = true }] }
    }
  }

  expect_failures = [var.routes]
}

run "rejects_invalid_type_glob" {
  command = plan

  variables {
    routes = {
      events = { source = "events", destinations = ["sink"] }
      x      = { source = "github", destinations = ["sink"], types = ["github push"] }
    }
  }

  expect_failures = [var.routes]
}

run "rejects_empty_types" {
  command = plan

  variables {
    routes = {
      events = { source = "events", destinations = ["sink"] }
      x      = { source = "github", destinations = ["sink"], types = [] }
    }
  }

  expect_failures = [var.routes]
}

run "process_gets_types_and_filters" {
  command = plan

  variables {
    routes = {
      events = { source = "events", destinations = ["sink"] }
      x = {
        source       = "github"
        destinations = ["sink"]
        types        = ["github.p*", "github.a[b].c/d=@+,;:()!#$&'?~|%20"]
        filter       = [{ pointer = "/a/0", in = ["1"] }, { pointer = "", exists = true }]
      }
    }
  }

  assert {
    condition = local.process_environment.HOOKLINE_ROUTES == join("", [
      "{\"events\":\"sink\",\"x\":{\"destinations\":[\"sink\"],",
      "\"filter\":[{\"in\":[\"1\"],\"pointer\":\"/a/0\"},{\"exists\":true,\"pointer\":\"\"}],",
      "\"source\":\"github\",\"types\":[\"github.p*\",\"github.a[b].c/d=@+,;:()!#$\\u0026'?~|%20\"]}}",
    ])
    error_message = "HOOKLINE_ROUTES is ${local.process_environment.HOOKLINE_ROUTES}"
  }
}

run "rejects_header_of_the_event" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "https://sink.example.com/", headers = { "Ce-Id" = "1" } }
    }
  }

  expect_failures = [var.destinations]
}

run "rejects_hop_count_header" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "https://sink.example.com/", headers = { "Hookline-Hops" = "1" } }
    }
  }

  expect_failures = [var.destinations]
}

run "rejects_header_with_credentials" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "https://sink.example.com/", headers = { Authorization = "Bearer x" } }
    }
  }

  expect_failures = [var.destinations]
}

run "rejects_header_with_key" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "https://sink.example.com/", headers = { "X-API-Key" = "x" } }
    }
  }

  expect_failures = [var.destinations]
}

run "rejects_invalid_header_name" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "https://sink.example.com/", headers = { "X Tenant" = "blue" } }
    }
  }

  expect_failures = [var.destinations]
}

run "process_gets_headers" {
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
