# Destinations in services of AWS and in chats: what the plan accepts and rejects.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  sources = {}
  routes  = { events = { source = "events", destinations = ["sink"] } }
}

run "accepts_each_service_and_chat" {
  command = plan

  variables {
    destinations = {
      archive = { kind = "s3", bucket = "arn:aws:s3:::example-archive", prefix = "", format = "ndjson" }
      blocks  = { kind = "slack", blocks = true }
      bot     = { kind = "telegram", chat = "-4503599627370495", thread = 2147483647 }
      channel = { kind = "telegram", chat = "@orders", template = "{{ event.type }}" }
      fifo    = { kind = "sqs", queue = "arn:aws:sqs:eu-west-1:210987654321:o.fifo", group = "{{ payload.order }}" }
      flow    = { kind = "stepfunctions", state_machine = "arn:aws:states:eu-west-1:123456789012:stateMachine:o:PROD" }
      job     = { kind = "lambda", function = "arn:aws:lambda:eu-west-1:123456789012:function:orders:live" }
      latest  = { kind = "lambda", function = "arn:aws:lambda:eu-west-1:123456789012:function:orders:$LATEST" }
      mails   = { kind = "sns", topic = "arn:aws:sns:eu-west-1:123456789012:orders", subject = "{{ event.type }}" }
      queue = {
        kind    = "sqs", queue = "arn:aws:sqs:eu-west-1:123456789012:orders"
        kms_key = "arn:aws:kms:eu-west-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab"
      }
      records = { kind = "firehose", stream = "arn:aws:firehose:us-east-1:123456789012:deliverystream/o.1" }
      sink    = { kind = "s3", bucket = "arn:aws:s3:::example-archive", prefix = "a/b_(1)/d=1/", format = "exact" }
      teams   = { kind = "microsoft-teams", template = "{{ event.type }}" }
      topic   = { kind = "sns", topic = "arn:aws:sns:eu-west-1:123456789012:o.fifo", group = "{{ event.source }}" }
    }
  }

  assert {
    condition     = local.destination_problems == []
    error_message = jsonencode(local.destination_problems)
  }

  assert {
    condition     = keys(output.destination_secret_names) == ["blocks", "bot", "channel", "teams"]
    error_message = "the destinations' secrets are ${jsonencode(output.destination_secret_names)}"
  }

  # Process has the same defaults, and does not need the key.
  assert {
    condition = jsonencode(jsondecode(local.process_environment.HOOKLINE_DESTINATIONS)) == jsonencode({
      archive = { bucket = "arn:aws:s3:::example-archive", format = "ndjson", kind = "s3", prefix = "" }
      blocks  = { blocks = true, kind = "slack" }
      bot     = { chat = "-4503599627370495", kind = "telegram", thread = 2147483647 }
      channel = { chat = "@orders", kind = "telegram", template = "{{ event.type }}" }
      fifo    = { group = "{{ payload.order }}", kind = "sqs", queue = "arn:aws:sqs:eu-west-1:210987654321:o.fifo" }
      flow    = { kind = "stepfunctions", state_machine = "arn:aws:states:eu-west-1:123456789012:stateMachine:o:PROD" }
      job     = { function = "arn:aws:lambda:eu-west-1:123456789012:function:orders:live", kind = "lambda" }
      latest  = { function = "arn:aws:lambda:eu-west-1:123456789012:function:orders:$LATEST", kind = "lambda" }
      mails   = { kind = "sns", subject = "{{ event.type }}", topic = "arn:aws:sns:eu-west-1:123456789012:orders" }
      queue   = { kind = "sqs", queue = "arn:aws:sqs:eu-west-1:123456789012:orders" }
      records = { kind = "firehose", stream = "arn:aws:firehose:us-east-1:123456789012:deliverystream/o.1" }
      sink    = { bucket = "arn:aws:s3:::example-archive", kind = "s3", prefix = "a/b_(1)/d=1/" }
      teams   = { kind = "microsoft-teams", template = "{{ event.type }}" }
      topic   = { kind = "sns", topic = "arn:aws:sns:eu-west-1:123456789012:o.fifo" }
    })
    error_message = local.process_environment.HOOKLINE_DESTINATIONS
  }
}

run "rejects_invalid_arns" {
  command = plan

  variables {
    destinations = {
      a    = { kind = "sqs", queue = "arn:aws:sqs:eu_west_1:123456789012:orders" }
      b    = { kind = "sqs", queue = "arn:aws:sns:eu-west-1:123456789012:orders" }
      c    = { kind = "sqs", queue = "arn:aws:sqs:eu-west-1:12345678901:orders" }
      d    = { kind = "sqs", queue = "https://sqs.eu-west-1.amazonaws.com/123456789012/orders" }
      e    = { kind = "sqs" }
      f    = { kind = "sns", topic = "arn:aws-cn:sns:eu-west-1:123456789012:orders" }
      g    = { kind = "sns", topic = "arn:aws:sns:eu-west-1:123456789012:orders:1234" }
      h    = { kind = "lambda", function = "arn:aws:lambda:eu-west-1:123456789012:function:*" }
      i    = { kind = "lambda", function = "arn:aws:lambda:eu-west-1:123456789012:function:orders:live:1" }
      j    = { kind = "stepfunctions", state_machine = "arn:aws:states:eu-west-1:123456789012:execution:orders:1" }
      k    = { kind = "firehose", stream = "arn:aws:firehose:eu-west-1:123456789012:deliverystream/o*" }
      l    = { kind = "s3", bucket = "arn:aws:s3:::example.archive" }
      m    = { kind = "s3", bucket = "example-archive" }
      sink = { kind = "slack" }
    }
  }

  assert {
    condition = [for problem in local.destination_problems : regex("^[^,]*", problem)] == concat(
      [for name in ["a", "b", "c", "d", "e"] : "${name}: queue must be an ARN"],
      [for name in ["f", "g"] : "${name}: topic must be an ARN"],
      [for name in ["h", "i"] : "${name}: function must be an ARN"],
      ["j: state_machine must be an ARN", "k: stream must be an ARN"],
      [for name in ["l", "m"] : "${name}: bucket must be an ARN of a bucket without dots in its name"],
    )
    error_message = jsonencode(local.destination_problems)
  }

  assert {
    condition = local.destination_problems[0] == join(" ", [
      "a: queue must be an ARN, such as arn:aws:sqs:eu-west-1:123456789012:orders, and is",
      "arn:aws:sqs:eu_west_1:123456789012:orders",
    ])
    error_message = jsonencode(local.destination_problems)
  }

  expect_failures = [output.forwarded_headers]
}

# Events would come back, or objects would be deleted with the payloads. Streams and state machines have no policies of
# their own, so another account cannot allow the role.
run "rejects_receivers_in_the_wrong_place" {
  command = plan

  variables {
    destinations = {
      a    = { kind = "sqs", queue = "arn:aws:sqs:eu-west-1:123456789012:hookline-test-intake" }
      b    = { kind = "sqs", queue = "arn:aws:sqs:eu-west-1:123456789012:hookline-test-retry" }
      c    = { kind = "sqs", queue = "arn:aws:sqs:eu-west-1:123456789012:hookline-test-intake-dlq" }
      d    = { kind = "lambda", function = "arn:aws:lambda:eu-west-1:123456789012:function:hookline-test-process:live" }
      e    = { kind = "lambda", function = "arn:aws:lambda:eu-west-1:123456789012:function:hookline-test-ingest" }
      f    = { kind = "s3", bucket = "arn:aws:s3:::hookline-test-payloads-123456789012" }
      g    = { kind = "s3", bucket = "arn:aws:s3:::hookline-test-artifacts-123456789012" }
      h    = { kind = "firehose", stream = "arn:aws:firehose:eu-west-1:210987654321:deliverystream/o" }
      i    = { kind = "stepfunctions", state_machine = "arn:aws:states:eu-west-1:210987654321:stateMachine:o" }
      near = { kind = "lambda", function = "arn:aws:lambda:eu-west-1:123456789012:function:hookline-test-ingest-2" }
      sink = { kind = "slack" }
    }
  }

  assert {
    condition = local.destination_problems == concat(
      [for name in ["a", "b", "c"] : "${name}: queue is a part of this deployment"],
      [for name in ["d", "e"] : "${name}: function is a part of this deployment"],
      [for name in ["f", "g"] : "${name}: bucket is a part of this deployment"],
      [
        for text in ["h: stream", "i: state_machine"] :
        "${text} must be in the deployment's account, 123456789012"
      ],
    )
    error_message = jsonencode(local.destination_problems)
  }

  expect_failures = [output.forwarded_headers]
}

run "rejects_invalid_options_of_services" {
  command = plan

  variables {
    destinations = {
      a = { kind = "sqs", queue = "arn:aws:sqs:eu-west-1:123456789012:orders", group = "{{ event.source }}" }
      b = { kind = "sns", topic = "arn:aws:sns:eu-west-1:123456789012:orders", group = "orders" }
      c = { kind = "sns", topic = "arn:aws:sns:eu-west-1:123456789012:o.fifo", subject = "orders" }
      d = { kind = "sqs", queue = "arn:aws:sqs:eu-west-1:123456789012:o.fifo", group = "" }
      e = { kind = "s3", bucket = "arn:aws:s3:::example-archive", prefix = "/events" }
      f = { kind = "s3", bucket = "arn:aws:s3:::example-archive", prefix = "a/*/" }
      g = { kind = "s3", bucket = "arn:aws:s3:::example-archive", prefix = "a//b" }
      h = { kind = "s3", bucket = "arn:aws:s3:::example-archive", prefix = "a/../b" }
      i = { kind = "s3", bucket = "arn:aws:s3:::example-archive", prefix = "{{ event.source }}/" }
      j = { kind = "s3", bucket = "arn:aws:s3:::example-archive", prefix = join("", [for n in range(257) : "a"]) }
      k = { kind = "s3", bucket = "arn:aws:s3:::example-archive", format = "json" }
      l = { kind = "s3", bucket = "arn:aws:s3:::example-archive", kms_key = "alias/archive" }
      m = { kind = "sqs", queue = "arn:aws:sqs:eu-west-1:123456789012:o", kms_key = "arn:aws:kms:eu-west-1:*:key/*" }
      n = {
        kind    = "sns", topic = "arn:aws:sns:us-east-1:123456789012:o"
        kms_key = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
      o = {
        kind    = "s3", bucket = "arn:aws:s3:::example-archive"
        kms_key = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
      p    = { kind = "sqs", queue = "arn:aws:sqs:eu-west-1:123456789012:o.fifo", group = "<{{ event.type }}>" }
      sink = { kind = "slack" }
    }
  }

  assert {
    condition = local.destination_problems == concat(
      [
        "k: format must be exact or ndjson, and is json", "d: group must not be empty",
        "p: group must not have `<` before an expression",
      ],
      [
        for name in ["a", "b"] : "${name}: group is only for a FIFO queue or topic, whose name ends in .fifo"
      ],
      ["c: subject is only for subscriptions by e-mail, which a FIFO topic does not have"],
      [
        for name in ["e", "f", "g", "h", "i", "j"] : join(" ", [
          "${name}: prefix must have at most 256 letters, digits and characters of !_.'()=-, with single slashes",
          "between",
        ])
      ],
      [
        for name in ["l", "m"] : join(" ", [
          "${name}: kms_key must be the ARN of a key, such as",
          "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        ])
      ],
      [for name in ["n", "o"] : "${name}: kms_key must be in the region of the queue, topic or bucket"],
    )
    error_message = jsonencode(local.destination_problems)
  }

  expect_failures = [output.forwarded_headers]
}

run "rejects_invalid_options_of_chats" {
  command = plan

  variables {
    destinations = {
      a    = { kind = "telegram" }
      b    = { kind = "telegram", chat = "orders" }
      c    = { kind = "telegram", chat = "@a-b-c-d" }
      d    = { kind = "telegram", chat = "-9223372036854775809" }
      e    = { kind = "telegram", chat = "99999999999999999" }
      f    = { kind = "telegram", chat = "-100", thread = 0 }
      g    = { kind = "telegram", chat = "-100", thread = 1.5 }
      h    = { kind = "telegram", chat = "-100", thread = 2147483648 }
      sink = { kind = "slack" }
    }
  }

  assert {
    condition = local.destination_problems == concat(
      [
        for name in ["a", "b", "c", "d", "e"] : join(" ", [
          "${name}: chat must be the id of a chat, such as \"-1001234567890\", or the name of a public one, such as",
          "\"@orders\"",
        ])
      ],
      [for name in ["f", "g", "h"] : "${name}: thread must be a whole number from 1 to 2147483647"],
    )
    error_message = jsonencode(local.destination_problems)
  }

  expect_failures = [output.forwarded_headers]
}

run "rejects_options_of_another_kind" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "firehose", stream = "arn:aws:firehose:eu-west-1:123456789012:deliverystream/o", kms_key = "a" }
    }
  }

  expect_failures = [var.destinations]
}

run "rejects_api_of_another_kind" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "slack", api = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/POST/hooks" }
    }
  }

  expect_failures = [var.destinations]
}
