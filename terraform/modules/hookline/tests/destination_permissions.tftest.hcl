# The permissions of process for services of AWS: the configured resources only, and only if a destination has them.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  sources = {}
  routes  = { events = { source = "events", destinations = ["sink"] } }
  breaker = { event_bus = "" }
}

run "each_kind_has_one_action_on_its_resources" {
  command = plan

  variables {
    destinations = {
      api = {
        kind = "http", url = "https://api.example.com/hooks", auth = "sigv4"
        api  = "arn:aws:execute-api:eu-west-1:210987654321:a1b2c3d4e5/prod/POST/hooks"
      }
      archive = { kind = "s3", bucket = "arn:aws:s3:::example-archive" }
      fifo    = { kind = "sqs", queue = "arn:aws:sqs:eu-west-1:210987654321:o.fifo" }
      flow    = { kind = "stepfunctions", state_machine = "arn:aws:states:eu-west-1:123456789012:stateMachine:o:PROD" }
      job     = { kind = "lambda", function = "arn:aws:lambda:eu-west-1:123456789012:function:orders:live" }
      lines   = { kind = "s3", bucket = "arn:aws:s3:::example-archive", prefix = "lines/", format = "ndjson" }
      newest  = { kind = "stepfunctions", state_machine = "arn:aws:states:eu-west-1:123456789012:stateMachine:o" }
      queue   = { kind = "sqs", queue = "arn:aws:sqs:eu-west-1:123456789012:orders" }
      records = { kind = "firehose", stream = "arn:aws:firehose:eu-west-1:123456789012:deliverystream/o" }
      sink    = { kind = "sns", topic = "arn:aws:sns:eu-west-1:123456789012:orders" }
      twice   = { kind = "sqs", queue = "arn:aws:sqs:eu-west-1:123456789012:orders", timeout_seconds = 3 }
    }
  }

  assert {
    condition = jsonencode({
      for s in data.aws_iam_policy_document.process.statement : s.sid => [s.actions, s.resources] if !contains(
        ["ReadQueues", "ClaimDeliveries", "MoveMessages", "FetchPayloads", "FindPayloads"], s.sid,
      )
      }) == jsonencode({
      ArchiveEvents = [
        ["s3:PutObject"], ["arn:aws:s3:::example-archive/events/*", "arn:aws:s3:::example-archive/lines/*"],
      ]
      InvokeApis = [
        ["execute-api:Invoke"], ["arn:aws:execute-api:eu-west-1:210987654321:a1b2c3d4e5/prod/POST/hooks"],
      ]
      InvokeFunctions = [["lambda:InvokeFunction"], ["arn:aws:lambda:eu-west-1:123456789012:function:orders:live"]]
      PublishToTopics = [["sns:Publish"], ["arn:aws:sns:eu-west-1:123456789012:orders"]]
      PutRecords      = [["firehose:PutRecord"], ["arn:aws:firehose:eu-west-1:123456789012:deliverystream/o"]]
      SendToQueues = [
        ["sqs:SendMessage"],
        ["arn:aws:sqs:eu-west-1:123456789012:orders", "arn:aws:sqs:eu-west-1:210987654321:o.fifo"],
      ]
      StartExecutions0 = [["states:StartExecution"], ["arn:aws:states:eu-west-1:123456789012:stateMachine:o"]]
      StartExecutions1 = [["states:StartExecution"], ["arn:aws:states:eu-west-1:123456789012:stateMachine:o"]]
    })
    error_message = jsonencode(data.aws_iam_policy_document.process.statement)
  }

  # Step Functions evaluates the state machine and, as a condition, its alias.
  assert {
    condition = jsonencode({
      for s in data.aws_iam_policy_document.process.statement : s.sid => [
        for c in s.condition : [c.test, c.variable, c.values]
      ] if length(s.condition) > 0
    }) == jsonencode({ StartExecutions1 = [["StringEquals", "states:StateMachineQualifier", ["PROD"]]] })
    error_message = jsonencode(data.aws_iam_policy_document.process.statement)
  }

  assert {
    condition     = output.destination_secret_names == {}
    error_message = jsonencode(output.destination_secret_names)
  }
}

run "keys_are_used_only_through_their_services" {
  command = plan

  variables {
    destinations = {
      archive = {
        kind    = "s3", bucket = "arn:aws:s3:::example-archive"
        kms_key = "arn:aws:kms:eu-west-1:123456789012:key/11111111-12ab-34cd-56ef-1234567890ab"
      }
      queue = {
        kind    = "sqs", queue = "arn:aws:sqs:eu-west-1:123456789012:orders"
        kms_key = "arn:aws:kms:eu-west-1:123456789012:key/22222222-12ab-34cd-56ef-1234567890ab"
      }
      second = {
        kind    = "sqs", queue = "arn:aws:sqs:eu-west-1:123456789012:others"
        kms_key = "arn:aws:kms:eu-west-1:123456789012:key/22222222-12ab-34cd-56ef-1234567890ab"
      }
      sink = {
        kind    = "sns", topic = "arn:aws:sns:us-east-1:123456789012:orders"
        kms_key = "arn:aws:kms:us-east-1:210987654321:key/33333333-12ab-34cd-56ef-1234567890ab"
      }
    }
  }

  assert {
    condition = jsonencode({
      for s in data.aws_iam_policy_document.process.statement : s.sid => [
        s.actions, s.resources, [for c in s.condition : [c.test, c.variable, c.values]],
      ] if startswith(s.sid, "UseKeys")
      }) == jsonencode({
      UseKeysOfS3 = [
        ["kms:GenerateDataKey"], ["arn:aws:kms:eu-west-1:123456789012:key/11111111-12ab-34cd-56ef-1234567890ab"],
        [["StringEquals", "kms:ViaService", ["s3.eu-west-1.amazonaws.com"]]],
      ]
      UseKeysOfSns = [
        ["kms:Decrypt", "kms:GenerateDataKey"],
        ["arn:aws:kms:us-east-1:210987654321:key/33333333-12ab-34cd-56ef-1234567890ab"],
        [["StringEquals", "kms:ViaService", ["sns.us-east-1.amazonaws.com"]]],
      ]
      UseKeysOfSqs = [
        ["kms:Decrypt", "kms:GenerateDataKey"],
        ["arn:aws:kms:eu-west-1:123456789012:key/22222222-12ab-34cd-56ef-1234567890ab"],
        [["StringEquals", "kms:ViaService", ["sqs.eu-west-1.amazonaws.com"]]],
      ]
    })
    error_message = jsonencode(data.aws_iam_policy_document.process.statement)
  }
}

run "no_permission_without_a_destination" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "https://sink.example.com/" }
      team = { kind = "telegram", chat = "-100" }
    }
  }

  assert {
    condition = jsonencode(data.aws_iam_policy_document.process.statement[*].sid) == jsonencode([
      "ReadQueues", "ClaimDeliveries", "MoveMessages", "FetchPayloads", "FindPayloads", "ReadDestinationSecrets",
    ])
    error_message = jsonencode(data.aws_iam_policy_document.process.statement[*].sid)
  }
}

# The plan counts the permissions of destinations too.
run "rejects_more_resources_than_fit_into_a_policy" {
  command = plan

  variables {
    destinations = merge(
      { sink = { kind = "slack" } },
      {
        for n in range(160) :
        "q${n}" => { kind = "sqs", queue = "arn:aws:sqs:eu-west-1:123456789012:orders-of-shop-${n}" }
      },
    )
  }

  expect_failures = [output.role_policy_names]
}
