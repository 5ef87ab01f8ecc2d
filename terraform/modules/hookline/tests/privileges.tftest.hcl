# The permissions of the functions, with a destination of each kind.

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

run "functions_have_the_permissions_that_they_need" {
  assert {
    condition = [for s in data.aws_iam_policy_document.ingest.statement : tolist(s.actions)] == [
      tolist(["sqs:SendMessage"]), tolist(["s3:PutObject"]), tolist(["secretsmanager:GetSecretValue"]),
    ]
    error_message = "ingest has ${jsonencode(data.aws_iam_policy_document.ingest.statement[*].actions)}"
  }

  assert {
    condition = jsonencode(data.aws_iam_policy_document.process.statement[*].actions) == jsonencode([
      ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
      [
        "dynamodb:BatchGetItem", "dynamodb:PartiQLInsert",
        "dynamodb:PartiQLUpdate", "dynamodb:PutItem", "dynamodb:UpdateItem",
      ],
      ["sqs:SendMessage"],
      ["s3:GetObject"],
      ["s3:ListBucket"],
      ["secretsmanager:GetSecretValue"],
      ["ses:SendEmail"],
      ["events:PutEvents"],
    ])
    error_message = "process has ${jsonencode(data.aws_iam_policy_document.process.statement[*].actions)}"
  }
}

# S3 returns 404 for a missing payload only to a role that may list the bucket. It evaluates this for the bucket itself.
run "process_may_list_the_payload_bucket" {
  assert {
    condition = [
      for s in data.aws_iam_policy_document.process.statement : tolist(s.resources)
      if contains(s.actions, "s3:ListBucket") && length(s.condition) == 0
    ] == [tolist(["arn:aws:s3:::hookline-test-payloads-123456789012"])]
    error_message = "process cannot tell a missing payload from one that it may not read"
  }
}

# The only wildcard is for the keys with the prefix of payloads.
run "permissions_name_their_resources" {
  assert {
    condition = alltrue([
      for resource in flatten([for s in concat(
        data.aws_iam_policy_document.ingest.statement, data.aws_iam_policy_document.process.statement,
      ) : tolist(s.resources)]) :
      startswith(resource, "arn:aws:") && !strcontains(trimsuffix(resource, "/payloads/*"), "*")
    ])
    error_message = "a policy of a function has a wildcard"
  }
}

run "destinations_that_need_a_secret_have_one" {
  assert {
    condition     = keys(output.destination_secret_names) == ["chat", "signed-sink", "team"]
    error_message = "the destinations' secrets are ${jsonencode(output.destination_secret_names)}"
  }
}

run "email_is_limited_to_its_sender_and_recipients" {
  assert {
    condition = toset([
      for identity in ["hooks@example.com", "example.com", "ops@example.org", "example.org"] :
      "arn:aws:ses:eu-west-1:123456789012:identity/${identity}"
    ]) == one([for s in data.aws_iam_policy_document.process.statement : s.resources if s.sid == "Email0"])
    error_message = format("the identities are %s", jsonencode([
      for s in data.aws_iam_policy_document.process.statement : s.resources if s.sid == "Email0"
    ]))
  }

  assert {
    condition = {
      for c in one([for s in data.aws_iam_policy_document.process.statement : s.condition if s.sid == "Email0"]) :
      c.variable => jsonencode(c.values)
      } == {
      "ses:FromAddress" = "[\"hooks@example.com\"]", "ses:Recipients" = "[\"ops@example.org\"]"
    }
    error_message = "the permission allows other senders or recipients"
  }
}

run "events_are_limited_to_the_configured_buses" {
  assert {
    condition = toset([
      "arn:aws:events:eu-west-1:123456789012:event-bus/default",
      "arn:aws:events:eu-west-1:123456789012:event-bus/orders",
      "arn:aws:events:eu-west-1:210987654321:event-bus/shared",
    ]) == one([for s in data.aws_iam_policy_document.process.statement : s.resources if s.sid == "PutEvents"])
    error_message = format("the buses are %s", jsonencode([
      for s in data.aws_iam_policy_document.process.statement : s.resources if s.sid == "PutEvents"
    ]))
  }
}

run "queues_are_limited_to_their_direction" {
  assert {
    condition = {
      for s in data.aws_iam_policy_document.process.statement : s.sid => [
        for resource in sort(s.resources) : split(":", resource)[5]
      ] if contains(["ReadQueues", "MoveMessages"], s.sid)
      } == {
      ReadQueues   = ["hookline-test-intake", "hookline-test-retry"]
      MoveMessages = ["hookline-test-intake-dlq", "hookline-test-retry"]
    }
    error_message = "the statements are ${jsonencode(data.aws_iam_policy_document.process.statement)}"
  }

  assert {
    condition = ["hookline-test-intake"] == one([
      for s in data.aws_iam_policy_document.ingest.statement : [
        for resource in s.resources : split(":", resource)[5]
      ] if s.sid == "Enqueue"
    ])
    error_message = "the statements are ${jsonencode(data.aws_iam_policy_document.ingest.statement)}"
  }
}

run "no_permission_for_buses_without_a_bus" {
  variables {
    destinations = { sink = { kind = "http", url = "https://sink.example.com/" } }
    breaker      = { event_bus = "" }
  }

  assert {
    condition     = !contains(data.aws_iam_policy_document.process.statement[*].sid, "PutEvents")
    error_message = "the statements are ${jsonencode(data.aws_iam_policy_document.process.statement)}"
  }
}

run "bus_of_the_circuit_breakers_is_permitted" {
  variables {
    destinations = { sink = { kind = "http", url = "https://sink.example.com/" } }
    breaker      = { event_bus = "arn:aws:events:eu-west-1:210987654321:event-bus/shared" }
  }

  assert {
    condition = toset([var.breaker.event_bus]) == one([
      for s in data.aws_iam_policy_document.process.statement : s.resources if s.sid == "PutEvents"
    ])
    error_message = "the statements are ${jsonencode(data.aws_iam_policy_document.process.statement)}"
  }
}

run "both_roles_have_the_boundary" {
  variables {
    permissions_boundary = "arn:aws:iam::123456789012:policy/hookline-bootstrap/boundary-test"
  }

  assert {
    condition = [module.ingest.permissions_boundary, module.process.permissions_boundary] == [
      var.permissions_boundary, var.permissions_boundary,
    ]
    error_message = "a role has no boundary or another one"
  }
}

run "rejects_boundary_that_is_not_a_policy_arn" {
  command = plan

  variables {
    permissions_boundary = "hookline-boundary"
  }

  expect_failures = [var.permissions_boundary]
}
