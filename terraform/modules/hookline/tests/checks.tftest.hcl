# The warnings of a plan.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "warns_about_events_without_a_route" {
  variables {
    routes = {
      github = { source = "github", destinations = ["sink"] }
    }
  }

  expect_failures = [check.events_have_a_route]
}
