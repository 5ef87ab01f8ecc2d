# IAM limits the inline policies of a role to 10,240 characters. The plan rejects longer ones.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "length_is_that_of_the_json_without_white_space" {
  command = plan

  variables {
    destinations = {
      mail = { kind = "email", from = "a@example.com", to = ["o@example.org"], configuration_set = "alerts" }
      team = { kind = "slack" }
    }
    routes = {
      github = { source = "github", destinations = ["mail", "team"] }
      events = { source = "events", destinations = ["mail"] }
    }
  }

  assert {
    condition     = length(local.statement_json.process) == 9
    error_message = "the statements are ${join(" ", local.statement_json.process)}"
  }

  assert {
    condition = local.statement_json.process[6] == join("", [
      "{\"Action\":\"ses:SendEmail\",",
      "\"Condition\":{\"ForAllValues:StringEquals\":{\"ses:Recipients\":\"o@example.org\"},",
      "\"StringEquals\":{\"ses:FromAddress\":\"a@example.com\"}},\"Effect\":\"Allow\",\"Resource\":[",
      "\"arn:aws:ses:eu-west-1:123456789012:identity/a@example.com\",",
      "\"arn:aws:ses:eu-west-1:123456789012:identity/example.com\",",
      "\"arn:aws:ses:eu-west-1:123456789012:identity/o@example.org\",",
      "\"arn:aws:ses:eu-west-1:123456789012:identity/example.org\"],\"Sid\":\"Email0\"}",
    ])
    error_message = "the statement is ${local.statement_json.process[6]}"
  }

  assert {
    condition     = local.policy_characters.process < 2500 && local.policy_characters.ingest < 1000
    error_message = "the lengths are ${jsonencode(local.policy_characters)}"
  }
}

run "accepts_the_recipients_that_fit" {
  command = plan

  variables {
    destinations = {
      mail = { kind = "email", from = "a@example.com", to = [for n in range(50) : "recipient-${n}@example.org"] }
    }
    routes = {
      github = { source = "github", destinations = ["mail"] }
      events = { source = "events", destinations = ["mail"] }
    }
  }

  assert {
    condition     = local.policy_characters.process <= local.max_policy_characters
    error_message = "the lengths are ${jsonencode(local.policy_characters)}"
  }
}

run "rejects_too_many_recipients" {
  command = plan

  variables {
    destinations = {
      mail  = { kind = "email", from = "a@example.com", to = [for n in range(50) : "recipient-${n}@example.org"] }
      night = { kind = "email", from = "a@example.com", to = [for n in range(50) : "night-shift-${n}@example.org"] }
    }
    routes = {
      github = { source = "github", destinations = ["mail", "night"] }
      events = { source = "events", destinations = ["mail"] }
    }
  }

  expect_failures = [output.role_policy_names]
}

# The names of 100 sources do not fit, so the policy has their common prefix.
run "policy_has_the_prefix_of_many_secrets" {
  command = plan

  variables {
    account_concurrency = 10000

    name         = "hookline-of-one-team"
    sources      = { for n in range(100) : "s${n}" => { sender = "github" } }
    destinations = { for n in range(100) : "d${n}" => { kind = "slack" } }
    routes = merge(
      { events = { source = "events", destinations = ["d0"] } },
      { for n in range(100) : "s${n}" => { source = "s${n}", destinations = ["d${n}"] } },
    )
  }

  assert {
    condition = [one(local.policy_arns.source_secrets), one(local.policy_arns.destination_secrets)] == [
      for folder in ["sources", "destinations"] :
      "arn:aws:secretsmanager:eu-west-1:123456789012:secret:hookline-of-one-team-test/${folder}/*"
    ]
    error_message = "the secrets are ${jsonencode(local.policy_arns)}"
  }

  assert {
    condition     = max(values(local.policy_characters)...) < 3000
    error_message = "the lengths are ${jsonencode(local.policy_characters)}"
  }
}

run "policy_has_the_names_of_few_secrets" {
  command = plan

  variables {
    account_concurrency = 10000

    sources = { for n in range(70) : "s${n}" => { sender = "github" } }
    routes = merge(
      { events = { source = "events", destinations = ["sink"] } },
      { for n in range(70) : "s${n}" => { source = "s${n}", destinations = ["sink"] } },
    )
  }

  assert {
    condition     = length(local.policy_arns.source_secrets) == 70
    error_message = "the secrets are ${jsonencode(local.policy_arns.source_secrets)}"
  }
}
