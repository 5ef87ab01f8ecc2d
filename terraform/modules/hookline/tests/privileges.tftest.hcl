# What the functions may do, with a destination of every kind.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  destinations = {
    bus         = { kind = "eventbridge", bus = "orders" }
    chat        = { kind = "discord" }
    order-mail  = { kind = "email", from = "hooks@example.com", to = ["ops@example.org"] }
    other-bus   = { kind = "eventbridge", bus = "arn:aws:events:eu-west-1:210987654321:event-bus/shared" }
    signed-sink = { kind = "http", url = "https://sink.example.com/", signed = true }
    sink        = { kind = "http", url = "https://sink.example.com/" }
    team        = { kind = "slack" }
  }
}

run "each_function_may_do_what_its_configuration_needs" {
  assert {
    condition     = [for s in data.aws_iam_policy_document.ingest.statement : tolist(s.actions)] == [tolist(["sqs:SendMessage"]), tolist(["s3:PutObject"]), tolist(["secretsmanager:GetSecretValue"])]
    error_message = "ingest may do ${jsonencode(data.aws_iam_policy_document.ingest.statement[*].actions)}"
  }

  assert {
    condition = jsonencode(data.aws_iam_policy_document.process.statement[*].actions) == jsonencode([
      ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
      ["dynamodb:DeleteItem", "dynamodb:PartiQLInsert", "dynamodb:PartiQLUpdate", "dynamodb:PutItem", "dynamodb:UpdateItem"],
      ["sqs:SendMessage"],
      ["s3:GetObject"],
      ["secretsmanager:GetSecretValue"],
      ["ses:SendEmail"],
      ["events:PutEvents"],
    ])
    error_message = "process may do ${jsonencode(data.aws_iam_policy_document.process.statement[*].actions)}"
  }
}

# The one star is for the keys below the payloads' prefix.
run "each_privilege_names_its_arns" {
  assert {
    condition = alltrue([
      for resource in flatten([for s in concat(
        data.aws_iam_policy_document.ingest.statement, data.aws_iam_policy_document.process.statement,
      ) : tolist(s.resources)]) : startswith(resource, "arn:aws:") && !strcontains(trimsuffix(resource, "/payloads/*"), "*")
    ])
    error_message = "a policy of a function holds a wildcard"
  }
}

run "secrets_are_made_for_destinations_that_need_one" {
  assert {
    condition     = keys(output.destination_secret_names) == ["chat", "signed-sink", "team"]
    error_message = "the destinations' secrets are ${jsonencode(output.destination_secret_names)}"
  }
}

run "mail_is_sent_as_the_one_sender_to_its_recipients" {
  assert {
    condition = [for s in data.aws_iam_policy_document.process.statement : s if s.sid == "Email0"][0].resources == toset([
      for identity in ["hooks@example.com", "example.com", "ops@example.org", "example.org"] : "arn:aws:ses:eu-west-1:123456789012:identity/${identity}"
    ])
    error_message = "mail may be sent with ${jsonencode([for s in data.aws_iam_policy_document.process.statement : s.resources if s.sid == "Email0"])}"
  }

  assert {
    condition = { for c in [for s in data.aws_iam_policy_document.process.statement : s if s.sid == "Email0"][0].condition : c.variable => jsonencode(c.values) } == {
      "ses:FromAddress" = "[\"hooks@example.com\"]", "ses:Recipients" = "[\"ops@example.org\"]"
    }
    error_message = "mail may be sent by others or to others"
  }
}

run "events_are_put_on_the_named_buses" {
  assert {
    condition = [for s in data.aws_iam_policy_document.process.statement : s if s.sid == "PutEvents"][0].resources == toset([
      "arn:aws:events:eu-west-1:123456789012:event-bus/orders", "arn:aws:events:eu-west-1:210987654321:event-bus/shared",
    ])
    error_message = "events may be put on ${jsonencode([for s in data.aws_iam_policy_document.process.statement : s.resources if s.sid == "PutEvents"])}"
  }
}

run "both_roles_carry_the_boundary" {
  variables {
    permissions_boundary = "arn:aws:iam::123456789012:policy/hookline-bootstrap/boundary-test"
  }

  assert {
    condition     = [module.ingest.permissions_boundary, module.process.permissions_boundary] == [var.permissions_boundary, var.permissions_boundary]
    error_message = "a role has no boundary, or another"
  }
}

run "boundary_that_is_no_policy_is_refused" {
  command = plan

  variables {
    permissions_boundary = "hookline-boundary"
  }

  expect_failures = [var.permissions_boundary]
}
