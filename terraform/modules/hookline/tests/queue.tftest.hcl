# Settings that must agree between the intake and retry queues, their DLQ and the function that reads them.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  prefix                   = "hookline-test"
  consumer_timeout_seconds = 60
}

run "visibility_timeout_is_six_function_timeouts" {
  module {
    source = "../queue"
  }

  assert {
    condition     = aws_sqs_queue.this.visibility_timeout_seconds == 360
    error_message = "the visibility timeout is ${aws_sqs_queue.this.visibility_timeout_seconds}"
  }

  assert {
    condition     = aws_sqs_queue.retry.visibility_timeout_seconds == 360
    error_message = "the visibility timeout of the retry queue is ${aws_sqs_queue.retry.visibility_timeout_seconds}"
  }
}

run "retry_queue_has_the_settings_of_the_intake_queue" {
  module {
    source = "../queue"
  }

  variables {
    retention_seconds = 7200
    max_receive_count = 7
    max_message_bytes = 8192
  }

  assert {
    condition = [for queue in [aws_sqs_queue.this, aws_sqs_queue.retry] : queue.name] == [
      "hookline-test-intake", "hookline-test-retry",
    ]
    error_message = "the queues are ${aws_sqs_queue.this.name} and ${aws_sqs_queue.retry.name}"
  }

  assert {
    condition = alltrue([
      for name in [
        "max_message_size", "message_retention_seconds", "receive_wait_time_seconds", "sqs_managed_sse_enabled",
        "visibility_timeout_seconds",
      ] : aws_sqs_queue.retry[name] == aws_sqs_queue.this[name]
    ])
    error_message = "the settings differ: ${jsonencode([aws_sqs_queue.this, aws_sqs_queue.retry])}"
  }

  assert {
    condition = alltrue([
      for policy in aws_sqs_queue_redrive_policy.this : jsondecode(policy.redrive_policy) == {
        deadLetterTargetArn = aws_sqs_queue.dlq.arn
        maxReceiveCount     = 7
      }
    ])
    error_message = "the redrive policies are ${jsonencode(aws_sqs_queue_redrive_policy.this)}"
  }

  assert {
    condition = { for key, policy in aws_sqs_queue_redrive_policy.this : key => policy.queue_url } == {
      intake = aws_sqs_queue.this.url
      retry  = aws_sqs_queue.retry.url
    }
    error_message = "the policies are for ${jsonencode(aws_sqs_queue_redrive_policy.this)}"
  }
}

run "queues_and_dlq_refer_to_each_other" {
  module {
    source = "../queue"
  }

  assert {
    condition = alltrue([
      for policy in aws_sqs_queue_redrive_policy.this : jsondecode(policy.redrive_policy) == {
        deadLetterTargetArn = aws_sqs_queue.dlq.arn
        maxReceiveCount     = 5
      }
    ])
    error_message = "the redrive policies are ${jsonencode(aws_sqs_queue_redrive_policy.this)}"
  }

  assert {
    condition = { for key, policy in aws_sqs_queue_redrive_policy.this : key => policy.queue_url } == {
      intake = aws_sqs_queue.this.url
      retry  = aws_sqs_queue.retry.url
    }
    error_message = "the policies are for ${jsonencode(aws_sqs_queue_redrive_policy.this)}"
  }

  assert {
    condition = jsondecode(aws_sqs_queue.dlq.redrive_allow_policy) == {
      redrivePermission = "byQueue"
      sourceQueueArns = [
        "arn:aws:sqs:eu-west-1:123456789012:${aws_sqs_queue.this.name}",
        "arn:aws:sqs:eu-west-1:123456789012:${aws_sqs_queue.retry.name}",
      ]
    }
    error_message = "the DLQ accepts messages from ${aws_sqs_queue.dlq.redrive_allow_policy}"
  }

  assert {
    condition = (
      aws_sqs_queue.dlq.message_retention_seconds == 1209600 &&
      aws_sqs_queue.dlq.max_message_size == aws_sqs_queue.this.max_message_size
    )
    error_message = "the DLQ has a shorter retention or a smaller message size"
  }
}

run "all_queues_are_encrypted_and_deny_plain_http" {
  module {
    source = "../queue"
  }

  assert {
    condition = alltrue([
      for queue in [aws_sqs_queue.this, aws_sqs_queue.retry, aws_sqs_queue.dlq] : queue.sqs_managed_sse_enabled
    ])
    error_message = "a queue is not encrypted"
  }

  assert {
    condition = alltrue([for document in data.aws_iam_policy_document.tls_only :
      document.statement[0].effect == "Deny" && one(document.statement[0].condition).variable == "aws:SecureTransport"
    ])
    error_message = "the policies do not deny plain HTTP"
  }

  assert {
    condition = (
      aws_sqs_queue.this.policy == data.aws_iam_policy_document.tls_only["intake"].json &&
      aws_sqs_queue.retry.policy == data.aws_iam_policy_document.tls_only["retry"].json &&
      aws_sqs_queue.dlq.policy == data.aws_iam_policy_document.tls_only["dlq"].json
    )
    error_message = "a queue does not have its policy"
  }
}

run "rejects_too_few_receives" {
  command = plan

  module {
    source = "../queue"
  }

  variables {
    max_receive_count = 4
  }

  expect_failures = [var.max_receive_count]
}
