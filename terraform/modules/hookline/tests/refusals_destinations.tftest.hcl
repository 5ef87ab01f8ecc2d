# Destinations that process could not use: each kind takes its own options.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "unknown_kind_is_refused" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "sms" }
    }
  }

  expect_failures = [var.destinations]
}

run "option_of_another_kind_is_refused" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "slack", url = "https://hooks.slack.com/services/T/B/x" }
    }
  }

  expect_failures = [var.destinations]
}

run "signature_of_a_chat_is_refused" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "discord", signed = true }
    }
  }

  expect_failures = [var.destinations]
}

run "http_without_url_is_refused" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http" }
    }
  }

  expect_failures = [var.destinations]
}

run "header_of_the_signature_is_refused" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "https://sink.example.com/", headers = { Webhook-Id = "1" } }
    }
  }

  expect_failures = [var.destinations]
}

run "email_without_recipients_is_refused" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "email", from = "hooks@example.com", to = [] }
    }
  }

  expect_failures = [var.destinations]
}

run "email_without_sender_is_refused" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "email", to = ["ops@example.com"] }
    }
  }

  expect_failures = [var.destinations]
}

run "email_with_two_addresses_in_one_is_refused" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "email", from = "hooks@example.com", to = ["a@example.com,b@example.com"] }
    }
  }

  expect_failures = [var.destinations]
}

run "email_from_a_name_is_refused" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "email", from = "Hooks <hooks@example.com>", to = ["ops@example.com"] }
    }
  }

  expect_failures = [var.destinations]
}

run "bus_that_is_none_is_refused" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "eventbridge", bus = "my bus" }
    }
  }

  expect_failures = [var.destinations]
}

run "eventbridge_without_bus_is_refused" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "eventbridge" }
    }
  }

  expect_failures = [var.destinations]
}

run "empty_template_is_refused" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "slack", template = " " }
    }
  }

  expect_failures = [var.destinations]
}

run "template_that_could_mention_is_refused" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "slack", template = "<{{ payload.url }}>" }
    }
  }

  expect_failures = [var.destinations]
}
