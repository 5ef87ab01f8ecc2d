# The plan rejects events, times and addresses of `recover` with which the function could not read deliveries from
# GitHub.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  packages = {
    ingest  = "tests/fixtures/package.zip"
    process = "tests/fixtures/package.zip"
    recover = "tests/fixtures/package.zip"
  }
}

run "rejects_event_with_an_action" {
  command = plan

  variables {
    sources = {
      github = {
        sender  = "github"
        recover = { webhook = "repos/octo-org/hello/hooks/42", events = ["pull_request.opened"] }
      }
    }
  }

  expect_failures = [output.recovered_sources]
}

run "rejects_event_twice" {
  command = plan

  variables {
    sources = {
      github = { sender = "github", recover = { webhook = "repos/octo-org/hello/hooks/42", events = ["push", "push"] } }
    }
  }

  expect_failures = [output.recovered_sources]
}

run "rejects_short_interval" {
  command = plan

  variables {
    sources = {
      github = { sender = "github", recover = { webhook = "repos/octo-org/hello/hooks/42", every_minutes = 4 } }
    }
  }

  expect_failures = [output.recovered_sources]
}

run "rejects_interval_with_a_fraction" {
  command = plan

  variables {
    sources = {
      github = { sender = "github", recover = { webhook = "repos/octo-org/hello/hooks/42", every_minutes = 7.5 } }
    }
  }

  expect_failures = [output.recovered_sources]
}

run "rejects_lookback_that_github_does_not_redeliver" {
  command = plan

  variables {
    sources = {
      github = { sender = "github", recover = { webhook = "repos/octo-org/hello/hooks/42", lookback_hours = 73 } }
    }
  }

  expect_failures = [output.recovered_sources]
}

run "rejects_lookback_with_a_fraction" {
  command = plan

  variables {
    sources = {
      github = { sender = "github", recover = { webhook = "repos/octo-org/hello/hooks/42", lookback_hours = 1.5 } }
    }
  }

  expect_failures = [output.recovered_sources]
}

run "rejects_lookback_shorter_than_two_runs" {
  command = plan

  variables {
    sources = {
      github = {
        sender  = "github"
        recover = { webhook = "repos/octo-org/hello/hooks/42", every_minutes = 60, lookback_hours = 1 }
      }
    }
  }

  expect_failures = [output.recovered_sources]
}

run "rejects_plain_http" {
  command = plan

  variables {
    sources = {
      github = {
        sender  = "github"
        recover = { webhook = "repos/octo-org/hello/hooks/42", api_url = "http://github.example.com/api/v3" }
      }
    }
  }

  expect_failures = [output.recovered_sources]
}

run "rejects_plain_http_outside_of_private_networks" {
  command = plan

  variables {
    sources = {
      github = {
        sender  = "github"
        recover = { webhook = "repos/octo-org/hello/hooks/42", api_url = "http://10.20.0.5/api/v3" }
      }
    }
  }

  expect_failures = [output.recovered_sources]
}

run "rejects_url_with_a_slash_at_its_end" {
  command = plan

  variables {
    sources = {
      github = {
        sender  = "github"
        recover = { webhook = "repos/octo-org/hello/hooks/42", api_url = "https://github.example.com/api/v3/" }
      }
    }
  }

  expect_failures = [output.recovered_sources]
}

run "rejects_url_with_a_user" {
  command = plan

  variables {
    sources = {
      github = {
        sender  = "github"
        recover = { webhook = "repos/octo-org/hello/hooks/42", api_url = "https://u@github.example.com" }
      }
    }
  }

  expect_failures = [output.recovered_sources]
}

run "rejects_urls_with_an_invalid_host" {
  command = plan

  variables {
    sources = {
      for name, host in {
        address = "10.0.0.256"
        github  = "github.example.com"
        ipv6    = "[::::]"
        number  = "github.example.123"
        valid   = "[2001:db8::1]"
        } : name => {
        sender  = "github"
        recover = { webhook = "repos/octo-org/hello/hooks/42", api_url = "https://${host}/api/v3" }
      }
    }
    routes = {
      for name in ["address", "events", "github", "ipv6", "number", "valid"] :
      name => { source = name, destinations = ["sink"] }
    }
  }

  assert {
    condition = local.invalid_recovery_urls == [
      "address (https://10.0.0.256/api/v3)", "ipv6 (https://[::::]/api/v3)",
      "number (https://github.example.123/api/v3)",
    ]
    error_message = jsonencode(local.invalid_recovery_urls)
  }

  expect_failures = [output.recovered_sources]
}

run "rejects_deduplication_by_body" {
  command = plan

  variables {
    sources = {
      github = { sender = "github", deduplicate = "body", recover = { webhook = "repos/octo-org/hello/hooks/42" } }
    }
  }

  expect_failures = [output.recovered_sources]
}

run "rejects_source_without_deduplication" {
  command = plan

  variables {
    sources = {
      github = { sender = "github", deduplicate = "off", recover = { webhook = "repos/octo-org/hello/hooks/42" } }
    }
  }

  expect_failures = [output.recovered_sources]
}
