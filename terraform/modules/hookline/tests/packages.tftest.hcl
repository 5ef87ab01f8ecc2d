# The packages are a released version, a folder, or the path of each function's package.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "directory_has_the_packages" {
  command = plan

  variables {
    packages = { directory = "tests/fixtures/packages" }
  }

  assert {
    condition = local.packages == {
      ingest  = "tests/fixtures/packages/ingest/bootstrap.zip"
      process = "tests/fixtures/packages/process/bootstrap.zip"
      recover = "tests/fixtures/packages/recover/bootstrap.zip"
    }
    error_message = "the packages are ${jsonencode(local.packages)}"
  }
}

run "rejects_directory_without_the_package_of_recover" {
  command = plan

  variables {
    packages = { directory = "tests/fixtures/packages" }
    sources = {
      github = { sender = "github", recover = { webhook = "repos/octo-org/hello/hooks/42" } }
    }
  }

  expect_failures = [var.packages]
}

run "rejects_version_that_is_not_downloaded" {
  command = plan

  variables {
    packages = { version = "1.0.0" }
  }

  expect_failures = [var.packages]
}

run "rejects_version_that_is_a_path" {
  command = plan

  variables {
    packages = { version = "../1.0.0" }
  }

  expect_failures = [var.packages]
}

run "rejects_directory_next_to_paths" {
  command = plan

  variables {
    packages = { directory = "tests/fixtures/packages", ingest = "tests/fixtures/package.zip" }
  }

  expect_failures = [var.packages]
}

run "rejects_one_path_of_two" {
  command = plan

  variables {
    packages = { ingest = "tests/fixtures/package.zip" }
  }

  expect_failures = [var.packages]
}

run "rejects_no_packages" {
  command = plan

  variables {
    packages = {}
  }

  expect_failures = [var.packages]
}
