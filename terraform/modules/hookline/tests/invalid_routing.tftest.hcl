# The plan rejects routes and destinations that would lose events or send them to forbidden addresses.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "rejects_source_without_route" {
  command = plan

  variables {
    routes = {
      events = { source = "events", destinations = ["sink"] }
    }
  }

  expect_failures = [var.routes]
}

run "rejects_route_with_unknown_source" {
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

run "rejects_route_with_unknown_destination" {
  command = plan

  variables {
    routes = {
      events = { source = "events", destinations = ["sink"] }
      github = { source = "github", destinations = ["sink", "drain"] }
    }
  }

  expect_failures = [var.routes]
}

run "rejects_unknown_value_of_on_unreadable" {
  command = plan

  variables {
    routes = {
      events = { source = "events", destinations = ["sink"], on_unreadable = "drop" }
      github = { source = "github", destinations = ["sink"] }
    }
  }

  expect_failures = [var.routes]
}

run "passes_on_unreadable_to_process" {
  command = plan

  variables {
    routes = {
      events = { source = "events", destinations = ["sink"], on_unreadable = "deliver" }
      github = { source = "github", destinations = ["sink"], on_unreadable = "dead_letter" }
    }
  }

  assert {
    condition = local.process_environment.HOOKLINE_ROUTES == join("", [
      "{\"events\":\"sink\",",
      "\"github\":{\"destinations\":[\"sink\"],\"on_unreadable\":\"dead_letter\"}}",
    ])
    error_message = "HOOKLINE_ROUTES is ${local.process_environment.HOOKLINE_ROUTES}"
  }
}

run "rejects_null_in_a_condition" {
  command = plan

  variables {
    routes = {
      events = { source = "events", destinations = ["sink"] }
      github = { source = "github", destinations = ["sink"], filter = [{ pointer = "/a", in = ["b", null] }] }
    }
  }

  expect_failures = [var.routes]
}

run "rejects_route_without_destinations" {
  command = plan

  variables {
    routes = {
      events = { source = "events", destinations = ["sink"] }
      github = { source = "github", destinations = [] }
    }
  }

  expect_failures = [var.routes]
}

run "rejects_unknown_kind" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "pigeon", url = "https://sink.example.com" }
    }
  }

  expect_failures = [var.destinations]
}

run "rejects_plain_http" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "http://10.20.4.15/hooks" }
    }
  }

  expect_failures = [var.destinations]
}

run "rejects_plain_http_outside_private_networks" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "http://10.21.0.1/hooks" }
    }
    private_networks = ["10.20.0.0/16"]
  }

  expect_failures = [var.destinations]
}

run "rejects_plain_http_to_a_host_name" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "http://10.20.4.15.example.com/hooks" }
    }
    private_networks = ["10.20.0.0/16"]
  }

  expect_failures = [var.destinations]
}

run "accepts_plain_http_inside_private_networks" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "http://10.20.4.15:8080/hooks" }
    }
    private_networks = ["192.168.0.0/24", "10.20.0.0/16"]
  }
}

run "rejects_password_in_url" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "https://user:pass@sink.example.com/" }
    }
  }

  expect_failures = [var.destinations]
}

run "rejects_delivery_timeout_above_the_function_timeout" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "https://sink.example.com", timeout_seconds = 60 }
    }
  }

  expect_failures = [var.destinations]
}

# A call to DynamoDB or S3 before the attempt can take 2.4 s, and 5.4 s are reserved after it.
run "rejects_delivery_timeout_that_one_slow_call_would_defer" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "https://sink.example.com", timeout_seconds = 52.1 }
    }
  }

  expect_failures = [var.destinations]
}

run "accepts_delivery_timeout_that_leaves_time_for_a_slow_call" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "https://sink.example.com", timeout_seconds = 52 }
    }
  }
}

run "rejects_network_with_zeros_before_its_prefix_length" {
  command = plan

  variables {
    private_networks = ["10.20.0.0/016"]
  }

  expect_failures = [var.private_networks]
}

run "rejects_network_with_host_bits" {
  command = plan

  variables {
    private_networks = ["10.20.4.15/16"]
  }

  expect_failures = [var.private_networks]
}

run "rejects_network_of_all_addresses" {
  command = plan

  variables {
    private_networks = ["0.0.0.0/0"]
  }

  expect_failures = [var.private_networks]
}

run "rejects_url_with_invalid_port" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "https://sink.example.com:99999/x" }
    }
  }

  expect_failures = [var.destinations]
}

run "rejects_url_with_invalid_host" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "https://.../x" }
    }
  }

  expect_failures = [var.destinations]
}

run "rejects_destination_with_null_url" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = null }
    }
  }

  expect_failures = [var.destinations]
}

run "rejects_public_network" {
  command = plan

  variables {
    private_networks = ["54.0.0.0/8"]
  }

  expect_failures = [var.private_networks]
}

run "rejects_link_local_network" {
  command = plan

  variables {
    private_networks = ["169.254.0.0/16"]
  }

  expect_failures = [var.private_networks]
}
