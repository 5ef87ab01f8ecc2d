# The plan rejects options of `recover` with which the function could not read deliveries from GitHub.

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

run "rejects_other_sender" {
  command = plan

  variables {
    sources = {
      github = { sender = "slack", recover = { webhook = "repos/octo-org/hello/hooks/42" } }
    }
  }

  expect_failures = [output.recovered_sources]
}

run "rejects_scheme" {
  command = plan

  variables {
    sources = {
      github = {
        scheme  = { signature = { in = ["header:X-Signature"] } }
        recover = { webhook = "repos/octo-org/hello/hooks/42" }
      }
    }
  }

  expect_failures = [output.recovered_sources]
}

run "rejects_unknown_webhook" {
  command = plan

  variables {
    sources = {
      github = { sender = "github", recover = { webhook = "repos/octo-org/hooks/42" } }
    }
  }

  expect_failures = [output.recovered_sources]
}

run "rejects_webhook_with_a_path_of_another_api" {
  command = plan

  variables {
    sources = {
      github = { sender = "github", recover = { webhook = "orgs/octo-org/hooks/42/config" } }
    }
  }

  expect_failures = [output.recovered_sources]
}

# The function would not start.
run "rejects_webhooks_that_the_function_rejects" {
  command = plan

  variables {
    sources = {
      for index, webhook in [
        "repos/o/r/hooks/1", "repos/o/.github/hooks/12", "repos/o/a..b/hooks/1234567890123456", "orgs/o/hooks/1",
        "repos/o/r/hooks/012", "repos/o/r/hooks/0", "repos/o/r/hooks/12345678901234567", "repos/o/./hooks/1",
        "repos/o/../hooks/1", "repos/o/.../hooks/1", "repos/./r/hooks/1", "repos/../r/hooks/1", "orgs/../hooks/1",
        "orgs/o/hooks/01", "orgs/o/hooks/18446744073709551616",
      ] : "s${index + 10}" => { sender = "github", recover = { webhook = webhook } }
    }
    routes = {
      for index in range(15) : "s${index + 10}" => { source = "s${index + 10}", destinations = ["sink"] }
    }
  }

  assert {
    condition = local.invalid_webhooks == [
      "s14 (repos/o/r/hooks/012)",
      "s15 (repos/o/r/hooks/0)",
      "s16 (repos/o/r/hooks/12345678901234567)",
      "s17 (repos/o/./hooks/1)",
      "s18 (repos/o/../hooks/1)",
      "s19 (repos/o/.../hooks/1)",
      "s20 (repos/./r/hooks/1)",
      "s21 (repos/../r/hooks/1)",
      "s22 (orgs/../hooks/1)",
      "s23 (orgs/o/hooks/01)",
      "s24 (orgs/o/hooks/18446744073709551616)",
    ]
    error_message = jsonencode(local.invalid_webhooks)
  }

  expect_failures = [output.recovered_sources, check.events_have_a_route]
}

run "rejects_app_without_id" {
  command = plan

  variables {
    sources = {
      github = { sender = "github", recover = { webhook = "app" } }
    }
  }

  expect_failures = [output.recovered_sources]
}

run "rejects_app_with_installation" {
  command = plan

  variables {
    sources = {
      github = { sender = "github", recover = { webhook = "app", app_id = "1", installation_id = 2 } }
    }
  }

  expect_failures = [output.recovered_sources]
}

run "rejects_app_of_a_repository_without_installation" {
  command = plan

  variables {
    sources = {
      github = { sender = "github", recover = { webhook = "repos/octo-org/hello/hooks/42", app_id = "1" } }
    }
  }

  expect_failures = [output.recovered_sources]
}

run "rejects_installation_without_app" {
  command = plan

  variables {
    sources = {
      github = { sender = "github", recover = { webhook = "repos/octo-org/hello/hooks/42", installation_id = 2 } }
    }
  }

  expect_failures = [output.recovered_sources]
}

run "rejects_app_id_with_other_characters" {
  command = plan

  variables {
    sources = {
      github = { sender = "github", recover = { webhook = "app", app_id = "my app" } }
    }
  }

  expect_failures = [output.recovered_sources]
}

run "rejects_installation_that_is_not_a_whole_number" {
  command = plan

  variables {
    sources = {
      github = {
        sender  = "github"
        recover = { webhook = "repos/octo-org/hello/hooks/42", app_id = "1", installation_id = 0.5 }
      }
    }
  }

  expect_failures = [output.recovered_sources]
}

run "rejects_installation_with_more_digits_than_the_function_reads" {
  command = plan

  variables {
    sources = {
      github = {
        sender  = "github"
        recover = { webhook = "repos/octo-org/hello/hooks/42", app_id = "1", installation_id = 18446744073709551616 }
      }
    }
  }

  expect_failures = [output.recovered_sources]
}

run "rejects_recovery_without_idempotency" {
  command = plan

  variables {
    idempotency = { enabled = false }
    sources = {
      github = { sender = "github", recover = { webhook = "repos/octo-org/hello/hooks/42" } }
    }
  }

  expect_failures = [output.recovered_sources]
}

run "rejects_recovery_without_a_package" {
  command = plan

  variables {
    packages = { ingest = "tests/fixtures/package.zip", process = "tests/fixtures/package.zip" }
    sources = {
      github = { sender = "github", recover = { webhook = "repos/octo-org/hello/hooks/42" } }
    }
  }

  expect_failures = [var.packages]
}

run "rejects_missing_package" {
  command = plan

  variables {
    packages = {
      ingest = "tests/fixtures/package.zip", process = "tests/fixtures/package.zip", recover = "tests/none.zip"
    }
    sources = {
      github = { sender = "github" }
    }
  }

  expect_failures = [var.packages]
}

run "rejects_timeout_that_leaves_no_time" {
  command = plan

  variables {
    functions = { recover = { timeout_seconds = 9 } }
    sources = {
      github = { sender = "github" }
    }
  }

  expect_failures = [var.functions]
}
