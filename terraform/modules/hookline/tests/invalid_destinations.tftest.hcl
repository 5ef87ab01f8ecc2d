# The plan rejects destinations that process cannot use. Each kind has its own options.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "rejects_unknown_kind" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "sms" }
    }
  }

  expect_failures = [var.destinations]
}

run "rejects_option_of_another_kind" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "slack", url = "https://hooks.slack.com/services/T/B/x" }
    }
  }

  expect_failures = [var.destinations]
}

run "rejects_signed_chat" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "discord", signed = true }
    }
  }

  expect_failures = [var.destinations]
}

run "rejects_http_without_url" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http" }
    }
  }

  expect_failures = [var.destinations]
}

run "rejects_header_of_the_signature" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "https://sink.example.com/", headers = { Webhook-Id = "1" } }
    }
  }

  expect_failures = [var.destinations]
}

run "rejects_email_without_recipients" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "email", from = "hooks@example.com", to = [] }
    }
  }

  expect_failures = [var.destinations]
}

run "rejects_email_without_sender" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "email", to = ["ops@example.com"] }
    }
  }

  expect_failures = [var.destinations]
}

run "rejects_two_email_addresses_in_one" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "email", from = "hooks@example.com", to = ["a@example.com,b@example.com"] }
    }
  }

  expect_failures = [var.destinations]
}

run "rejects_email_address_with_a_name" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "email", from = "Hooks <hooks@example.com>", to = ["ops@example.com"] }
    }
  }

  expect_failures = [var.destinations]
}

run "rejects_invalid_bus_name" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "eventbridge", bus = "my bus" }
    }
  }

  expect_failures = [var.destinations]
}

run "rejects_eventbridge_without_bus" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "eventbridge" }
    }
  }

  expect_failures = [var.destinations]
}

run "rejects_empty_template" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "slack", template = " " }
    }
  }

  expect_failures = [var.destinations]
}

run "rejects_template_that_could_mention_users" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "slack", template = "<{{ payload.url }}>" }
    }
  }

  expect_failures = [var.destinations]
}
