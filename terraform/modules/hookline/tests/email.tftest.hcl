# The permissions to send e-mail are those that SES evaluates.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  destinations = {
    mail = { kind = "email", from = "alerts+prod@a.mail.Example.com", to = ["ops@example.org"] }
  }

  routes = {
    github = { source = "github", destinations = ["mail"] }
    events = { source = "events", destinations = ["mail"] }
  }
}

run "identity_can_be_the_address_or_any_parent_domain" {
  command = plan

  assert {
    condition = toset([
      for resource in one([
        for s in data.aws_iam_policy_document.process.statement : s.resources if s.sid == "Email0"
      ]) : trimprefix(resource, "arn:aws:ses:eu-west-1:123456789012:identity/")
      ]) == toset([
      "alerts+prod@a.mail.Example.com", "alerts@a.mail.Example.com", "a.mail.example.com", "mail.example.com",
      "example.com", "ops@example.org", "example.org",
    ])
    error_message = "the identities are ${jsonencode(data.aws_iam_policy_document.process.statement)}"
  }

  assert {
    condition = length([
      for s in data.aws_iam_policy_document.process.statement : s if s.sid == "UseConfigurationSets"
    ]) == 0
    error_message = "there is a permission for configuration sets that no destination names"
  }
}

run "destinations_with_the_same_addresses_share_a_statement" {
  command = plan

  variables {
    destinations = {
      mail  = { kind = "email", from = "alerts@example.com", to = ["ops@example.org"] }
      other = { kind = "email", from = "alerts@example.com", to = ["oncall@example.org"] }
      short = { kind = "email", from = "alerts@example.com", to = ["ops@example.org"], subject = "Hookline" }
    }
    routes = {
      github = { source = "github", destinations = ["mail", "other", "short"] }
      events = { source = "events", destinations = ["mail"] }
    }
  }

  assert {
    condition = jsonencode([
      for s in data.aws_iam_policy_document.process.statement : s.sid if startswith(s.sid, "Email")
    ]) == jsonencode(["Email0", "Email1"])
    error_message = "the statements are ${jsonencode(data.aws_iam_policy_document.process.statement)}"
  }
}

# The domain can be verified on any level, and the identity can have a configuration set.
run "identity_of_a_parent_domain_and_a_configuration_set_are_permitted" {
  command = plan

  variables {
    destinations = {
      mail = {
        kind              = "email", from = "alerts@mail.example.com", to = ["oncall@example.net"]
        configuration_set = "default-set"
      }
      deep = { kind = "email", from = "a@x.y.mail.example.co.uk", to = ["oncall@example.net"] }
    }
    routes = {
      github = { source = "github", destinations = ["mail", "deep"] }
      events = { source = "events", destinations = ["mail"] }
    }
  }

  assert {
    condition = toset(flatten([
      for s in data.aws_iam_policy_document.process.statement : tolist(s.resources)
      if contains(["Email1", "UseConfigurationSets"], coalesce(s.sid, "none"))
      ])) == toset([
      for resource in [
        "identity/alerts@mail.example.com", "identity/mail.example.com", "identity/example.com",
        "identity/oncall@example.net", "identity/example.net", "configuration-set/default-set",
      ] : "arn:aws:ses:eu-west-1:123456789012:${resource}"
    ])
    error_message = "the statements are ${jsonencode(data.aws_iam_policy_document.process.statement)}"
  }

  assert {
    condition = toset(one([
      for s in data.aws_iam_policy_document.process.statement : tolist(s.resources) if s.sid == "Email0"
      ])) == toset([
      for identity in [
        "a@x.y.mail.example.co.uk", "x.y.mail.example.co.uk", "y.mail.example.co.uk", "mail.example.co.uk",
        "example.co.uk", "co.uk", "oncall@example.net", "example.net",
      ] : "arn:aws:ses:eu-west-1:123456789012:identity/${identity}"
    ])
    error_message = "the statements are ${jsonencode(data.aws_iam_policy_document.process.statement)}"
  }
}

run "identity_replaces_all_identities_of_the_sender" {
  command = plan

  variables {
    destinations = {
      mail = { kind = "email", from = "alerts@mail.example.com", to = ["ops@example.org"], identity = "example.com" }
    }
  }

  assert {
    condition = toset([
      for identity in ["example.com", "ops@example.org", "example.org"] :
      "arn:aws:ses:eu-west-1:123456789012:identity/${identity}"
    ]) == one([for s in data.aws_iam_policy_document.process.statement : s.resources if s.sid == "Email0"])
    error_message = "the identities are ${jsonencode(data.aws_iam_policy_document.process.statement)}"
  }
}

run "configuration_sets_are_allowed" {
  command = plan

  variables {
    destinations = {
      mail  = { kind = "email", from = "a@example.com", to = ["o@example.org"], configuration_set = "alerts" }
      night = { kind = "email", from = "b@example.com", to = ["o@example.org"], configuration_set = "alerts" }
      other = { kind = "email", from = "c@example.com", to = ["o@example.org"], configuration_set = "other_set-1" }
      plain = { kind = "email", from = "d@example.com", to = ["o@example.org"] }
    }
    routes = {
      github = { source = "github", destinations = ["mail", "night", "other", "plain"] }
      events = { source = "events", destinations = ["mail"] }
    }
  }

  # SES evaluates the configuration set separately from the identity, so the conditions stay with the identity.
  assert {
    condition = [
      for s in data.aws_iam_policy_document.process.statement : [tolist(s.actions), s.resources, length(s.condition)]
      if s.sid == "UseConfigurationSets"
      ] == [[
        tolist(["ses:SendEmail"]),
        toset([
          for name in ["alerts", "other_set-1"] : "arn:aws:ses:eu-west-1:123456789012:configuration-set/${name}"
        ]),
        0,
    ]]
    error_message = "the statements are ${jsonencode(data.aws_iam_policy_document.process.statement)}"
  }
}

run "options_for_permissions_are_not_in_the_environment" {
  command = plan

  variables {
    destinations = {
      mail = {
        kind     = "email", from = "a@example.com", to = ["o@example.org"], configuration_set = "alerts"
        identity = "a@example.com"
      }
    }
  }

  assert {
    condition = keys(jsondecode(local.process_environment.HOOKLINE_DESTINATIONS).mail) == [
      "from", "kind", "to",
    ]
    error_message = "HOOKLINE_DESTINATIONS is ${local.process_environment.HOOKLINE_DESTINATIONS}"
  }
}

run "rejects_identity_of_another_domain" {
  command = plan

  variables {
    destinations = {
      mail = { kind = "email", from = "a.mail@example.com", to = ["o@example.org"], identity = "mail.example.com" }
    }
  }

  expect_failures = [var.destinations]
}

run "rejects_top_level_domain_as_identity" {
  command = plan

  variables {
    destinations = {
      mail = { kind = "email", from = "a@example.com", to = ["o@example.org"], identity = "com" }
    }
  }

  expect_failures = [var.destinations]
}

run "rejects_invalid_configuration_set" {
  command = plan

  variables {
    destinations = {
      mail = { kind = "email", from = "a@example.com", to = ["o@example.org"], configuration_set = "*" }
    }
  }

  expect_failures = [var.destinations]
}

run "rejects_configuration_set_of_another_kind" {
  command = plan

  variables {
    destinations = {
      mail = { kind = "slack", configuration_set = "alerts" }
    }
  }

  expect_failures = [var.destinations]
}
