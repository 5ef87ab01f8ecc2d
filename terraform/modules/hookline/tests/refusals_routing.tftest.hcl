# A route or destination that would lose webhooks, or send them where they must not go, is refused.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "source_without_route_is_refused" {
  command = plan

  variables {
    routes = {
      events = { source = "events", destinations = ["sink"] }
    }
  }

  expect_failures = [var.routes]
}

run "route_from_unknown_source_is_refused" {
  command = plan

  variables {
    routes = {
      events = { source = "events", destinations = ["sink"] }
      github = { source = "github", destinations = ["sink"] }
      typo   = { source = "gitlab", destinations = ["sink"] }
    }
  }

  expect_failures = [var.routes]
}

run "route_to_unknown_destination_is_refused" {
  command = plan

  variables {
    routes = {
      events = { source = "events", destinations = ["sink"] }
      github = { source = "github", destinations = ["sink", "drain"] }
    }
  }

  expect_failures = [var.routes]
}

run "route_to_nowhere_is_refused" {
  command = plan

  variables {
    routes = {
      events = { source = "events", destinations = ["sink"] }
      github = { source = "github", destinations = [] }
    }
  }

  expect_failures = [var.routes]
}

run "unknown_kind_is_refused" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "pigeon", url = "https://sink.example.com" }
    }
  }

  expect_failures = [var.destinations]
}

run "plain_http_is_refused" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "http://10.20.4.15/hooks" }
    }
  }

  expect_failures = [var.destinations]
}

run "plain_http_outside_the_networks_is_refused" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "http://10.21.0.1/hooks" }
    }
    private_networks = ["10.20.0.0/16"]
  }

  expect_failures = [var.destinations]
}

run "plain_http_to_a_name_is_refused" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "http://10.20.4.15.example.com/hooks" }
    }
    private_networks = ["10.20.0.0/16"]
  }

  expect_failures = [var.destinations]
}

run "plain_http_inside_a_network_is_taken" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "http://10.20.4.15:8080/hooks" }
    }
    private_networks = ["192.168.0.0/24", "10.20.0.0/16"]
  }
}

run "password_in_a_url_is_refused" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "https://user:pass@sink.example.com/" }
    }
  }

  expect_failures = [var.destinations]
}

run "delivery_that_outlasts_the_function_is_refused" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "https://sink.example.com", timeout_seconds = 60 }
    }
  }

  expect_failures = [var.destinations]
}

run "network_with_host_bits_is_refused" {
  command = plan

  variables {
    private_networks = ["10.20.4.15/16"]
  }

  expect_failures = [var.private_networks]
}

run "network_of_everything_is_refused" {
  command = plan

  variables {
    private_networks = ["0.0.0.0/0"]
  }

  expect_failures = [var.private_networks]
}

run "url_with_port_that_is_none_is_refused" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "https://sink.example.com:99999/x" }
    }
  }

  expect_failures = [var.destinations]
}

run "url_with_host_of_dots_is_refused" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "https://.../x" }
    }
  }

  expect_failures = [var.destinations]
}

run "destination_without_url_is_refused" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = null }
    }
  }

  expect_failures = [var.destinations]
}

run "public_network_is_refused" {
  command = plan

  variables {
    private_networks = ["54.0.0.0/8"]
  }

  expect_failures = [var.private_networks]
}

run "link_local_network_is_refused" {
  command = plan

  variables {
    private_networks = ["169.254.0.0/16"]
  }

  expect_failures = [var.private_networks]
}
