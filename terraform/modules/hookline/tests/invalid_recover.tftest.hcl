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
