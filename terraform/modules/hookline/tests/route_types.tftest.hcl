# Routes can name any type that a sender uses.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "accepts_types_in_all_printable_characters" {
  command = plan

  variables {
    sources = { stripe = { sender = "stripe" } }

    routes = {
      events = { source = "events", destinations = ["sink"] }
      stripe = {
        source       = "stripe"
        destinations = ["sink"]
        types = [
          "stripe.v2.core.account[requirements].updated",
          "stripe.v2.core.account[configuration.merchant].capability_status_updated",
          "stripe.v2.*", "stripe.a/b=c@d+e,f;g:h(i){j}!#$%&'?~|^\\\"<>`", "stripe.Order%20Created",
        ]
      }
    }
  }

  assert {
    condition = contains(
      jsondecode(local.process_environment.HOOKLINE_ROUTES).stripe.types,
      "stripe.v2.core.account[requirements].updated",
    )
    error_message = "HOOKLINE_ROUTES is ${local.process_environment.HOOKLINE_ROUTES}"
  }

  assert {
    condition     = length(jsondecode(local.process_environment.HOOKLINE_ROUTES).stripe.types) == 5
    error_message = "HOOKLINE_ROUTES is ${local.process_environment.HOOKLINE_ROUTES}"
  }
}

run "rejects_type_with_a_space" {
  command = plan

  variables {
    routes = {
      events = { source = "events", destinations = ["sink"] }
      github = { source = "github", destinations = ["sink"], types = ["github.Order Created"] }
    }
  }

  expect_failures = [var.routes]
}
