# What functions may send events to: the listed ARNs, and nothing by default.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "functions_send_only_to_listed_arns" {
  command = plan

  variables {
    destination_arns = [
      "arn:aws:aoss:eu-west-1:123456789012:collection/07tjusf2h91cunochc",
      "arn:aws:es:eu-west-1:210987654321:domain/my-orders/events/_doc",
      "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/$default/POST/hooks",
      "arn:aws:firehose:eu-west-1:123456789012:deliverystream/events",
      "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
      "arn:aws:kms:us-east-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab",
      "arn:aws:lambda:eu-west-1:123456789012:function:orders:live",
      "arn:aws:s3:::example-archive",
      "arn:aws:sns:eu-west-1:123456789012:orders",
      "arn:aws:sqs:eu-west-1:210987654321:orders.fifo",
      "arn:aws:sqs:us-east-1:123456789012:orders",
      "arn:aws:states:eu-west-1:123456789012:stateMachine:orders",
    ]
  }

  assert {
    condition = alltrue([for name, policy in aws_iam_policy.boundary : jsonencode({
      for s in jsondecode(policy.policy).Statement : s.Sid => [s.Action, s.Resource]
      if contains(local.destination_statements[*].Sid, s.Sid)
      }) == jsonencode({
      ArchiveEvents = [["s3:PutObject"], ["arn:aws:s3:::example-archive/*"]]
      CallCollections = [
        ["aoss:APIAccessAll"], ["arn:aws:aoss:eu-west-1:123456789012:collection/07tjusf2h91cunochc"],
      ]
      InvokeApis = [
        ["execute-api:Invoke"], ["arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/$default/POST/hooks"],
      ]
      InvokeFunctions = [
        ["lambda:InvokeFunction", "lambda:InvokeFunctionUrl"],
        ["arn:aws:lambda:eu-west-1:123456789012:function:orders:live"],
      ]
      PublishToTopics = [["sns:Publish"], ["arn:aws:sns:eu-west-1:123456789012:orders"]]
      PutRecords      = [["firehose:PutRecord"], ["arn:aws:firehose:eu-west-1:123456789012:deliverystream/events"]]
      SendToDomains = [
        ["es:ESHttpPatch", "es:ESHttpPost", "es:ESHttpPut"],
        ["arn:aws:es:eu-west-1:210987654321:domain/my-orders/events/_doc"],
      ]
      SendToQueues = [
        ["sqs:SendMessage"],
        ["arn:aws:sqs:eu-west-1:210987654321:orders.fifo", "arn:aws:sqs:us-east-1:123456789012:orders"],
      ]
      StartExecutions = [
        ["states:StartExecution"], ["arn:aws:states:eu-west-1:123456789012:stateMachine:orders"],
      ]
      UseKeysOfDestinations = [
        ["kms:Decrypt", "kms:GenerateDataKey"],
        [
          "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
          "arn:aws:kms:us-east-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab",
        ],
      ]
    })])
    error_message = "the boundary is ${aws_iam_policy.boundary["dev"].policy}"
  }

  assert {
    condition = jsonencode(one([
      for s in jsondecode(aws_iam_policy.boundary["dev"].policy).Statement : s.Condition
      if s.Sid == "UseKeysOfDestinations"
      ])) == jsonencode({ StringEquals = { "kms:ViaService" = [
        "s3.eu-west-1.amazonaws.com", "s3.us-east-1.amazonaws.com", "sns.eu-west-1.amazonaws.com",
        "sns.us-east-1.amazonaws.com", "sqs.eu-west-1.amazonaws.com", "sqs.us-east-1.amazonaws.com",
    ] } })
    error_message = "the boundary is ${aws_iam_policy.boundary["dev"].policy}"
  }

  # A permission of the root module that the boundary does not allow would fail only when a function runs.
  assert {
    condition = length(setsubtract(
      regexall("\"([a-z0-9-]+:[A-Z][A-Za-z]+)\"", file("../modules/hookline/policies_destinations.tf"))[*][0],
      concat(
        flatten(local.destination_statements[*].Action),
        ["kms:ViaService", "lambda:InvokedViaFunctionUrl", "states:StateMachineQualifier"],
      ),
    )) == 0
    error_message = "the root module grants a permission that the boundary does not allow"
  }

  # The roles of deployments do not use what functions use.
  assert {
    condition = !can(regex(
      "firehose:|states:|execute-api:|es:ESHttp|aoss:|InvokeFunctionUrl",
      jsonencode(values(aws_iam_policy.this)[*].policy),
    ))
    error_message = "a role of deployments has permissions for destinations"
  }
}

run "functions_send_to_no_service_by_default" {
  command = plan

  assert {
    condition     = local.destination_statements == []
    error_message = jsonencode(local.destination_statements)
  }
}

run "rejects_arns_with_wildcards" {
  command = plan

  variables {
    destination_arns = ["arn:aws:sqs:eu-west-1:123456789012:*"]
  }

  expect_failures = [var.destination_arns]
}

run "rejects_arns_of_other_services" {
  command = plan

  variables {
    destination_arns = ["arn:aws:kinesis:eu-west-1:123456789012:stream/orders"]
  }

  expect_failures = [var.destination_arns]
}

# Each path of a domain is an API of its own.
run "rejects_domain_without_a_path" {
  command = plan

  variables {
    destination_arns = ["arn:aws:es:eu-west-1:123456789012:domain/my-orders"]
  }

  expect_failures = [var.destination_arns]
}

run "rejects_all_paths_of_a_domain" {
  command = plan

  variables {
    destination_arns = ["arn:aws:es:eu-west-1:123456789012:domain/my-orders/*"]
  }

  expect_failures = [var.destination_arns]
}

run "rejects_all_collections" {
  command = plan

  variables {
    destination_arns = ["arn:aws:aoss:eu-west-1:123456789012:collection/*"]
  }

  expect_failures = [var.destination_arns]
}

# IAM evaluates the permission for the state machine itself.
run "rejects_state_machine_with_an_alias" {
  command = plan

  variables {
    destination_arns = ["arn:aws:states:eu-west-1:123456789012:stateMachine:orders:PROD"]
  }

  expect_failures = [var.destination_arns]
}

run "rejects_bucket_with_a_prefix" {
  command = plan

  variables {
    destination_arns = ["arn:aws:s3:::example-archive/events/*"]
  }

  expect_failures = [var.destination_arns]
}

run "rejects_more_arns_than_fit_into_a_boundary" {
  command = plan

  variables {
    destination_arns = [for n in range(120) : "arn:aws:sqs:eu-west-1:123456789012:orders-of-shop-${n}"]
  }

  expect_failures = [aws_iam_policy.boundary]
}
