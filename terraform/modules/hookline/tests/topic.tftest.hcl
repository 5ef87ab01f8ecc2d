# The topic for alarms: publishers, encryption key and subscriptions.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  prefix      = "hookline-test"
  runbook_url = "docs/runbook.md"
  functions   = { ingest = "hookline-test-ingest", process = "hookline-test-process" }
  log_groups  = { ingest = "/aws/lambda/hookline-test-ingest", process = "/aws/lambda/hookline-test-process" }
  queues      = { intake = "hookline-test-intake", retry = "hookline-test-retry", dlq = "hookline-test-intake-dlq" }
  api         = { type = "rest", id = "api1", name = "hookline-test", stage_name = "live" }

  alarms = {
    emails                           = ["oncall@example.com", "team@example.com"]
    oldest_message_seconds           = 600
    retry_oldest_message_seconds     = 1200
    rejections_per_5_minutes         = 7
    throttled_requests_per_5_minutes = 6
    delivery_failures_per_5_minutes  = 8
    delivery_age_seconds             = 90
    api_server_errors_per_5_minutes  = 9
  }

  account_concurrency = 101
  access_log_group    = "/aws/apigateway/hookline-test"
}

run "topic_is_encrypted_with_its_own_key" {
  module {
    source = "../observability"
  }

  assert {
    condition = (
      aws_sns_topic.alarms.name == "hookline-test-alarms" &&
      aws_sns_topic.alarms.kms_master_key_id == aws_kms_key.alarms.arn
    )
    error_message = "the key of ${aws_sns_topic.alarms.name} is ${jsonencode(aws_sns_topic.alarms.kms_master_key_id)}"
  }

  assert {
    condition     = aws_kms_key.alarms.enable_key_rotation && aws_kms_key.alarms.deletion_window_in_days == 7
    error_message = "the key is not rotated, or has another deletion window"
  }
}

run "only_cloudwatch_of_this_account_can_use_the_key" {
  module {
    source = "../observability"
  }

  assert {
    condition = [
      for s in data.aws_iam_policy_document.key.statement :
      "${s.sid}: ${jsonencode([s.principals[*].identifiers, s.actions, s.condition[*].values])}"
      ] == [
      "AccountAdministers: [[[\"arn:aws:iam::123456789012:root\"]],[\"kms:*\"],[]]",
      join("", [
        "CloudWatchPublishes: [[[\"cloudwatch.amazonaws.com\"]],",
        "[\"kms:Decrypt\",\"kms:GenerateDataKey*\"],[[\"123456789012\"]]]",
      ]),
    ]
    error_message = "the key's policy is ${jsonencode(data.aws_iam_policy_document.key.statement)}"
  }

  assert {
    condition     = one(data.aws_iam_policy_document.key.statement[1].condition).variable == "aws:SourceAccount"
    error_message = "CloudWatch of other accounts can use the key"
  }

  assert {
    condition     = aws_kms_key.alarms.policy == data.aws_iam_policy_document.key.json
    error_message = "the key does not have its policy"
  }
}

run "only_alarms_of_this_service_can_publish_over_tls" {
  module {
    source = "../observability"
  }

  assert {
    condition = [
      for s in data.aws_iam_policy_document.topic.statement :
      "${coalesce(s.effect, "Allow")} ${jsonencode([s.principals[*].identifiers, s.actions])}"
      ] == [
      "Allow [[[\"cloudwatch.amazonaws.com\"]],[\"sns:Publish\"]]",
      "Deny [[[\"*\"]],[\"sns:Publish\"]]",
    ]
    error_message = "the topic's policy is ${jsonencode(data.aws_iam_policy_document.topic.statement)}"
  }

  assert {
    condition = [
      for s in data.aws_iam_policy_document.topic.statement :
      { for c in s.condition : "${c.test} ${c.variable}" => join(" ", c.values) }
      ] == [
      {
        "ArnLike aws:SourceArn"          = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:hookline-test-*"
        "StringEquals aws:SourceAccount" = "123456789012"
      },
      { "Bool aws:SecureTransport" = "false" },
    ]
    error_message = "the conditions are ${jsonencode(data.aws_iam_policy_document.topic.statement[*].condition)}"
  }

  assert {
    condition = (
      aws_sns_topic_policy.alarms.arn == aws_sns_topic.alarms.arn &&
      aws_sns_topic_policy.alarms.policy == data.aws_iam_policy_document.topic.json
    )
    error_message = "the topic does not have its policy"
  }
}

run "all_addresses_are_subscribed" {
  module {
    source = "../observability"
  }

  assert {
    condition = ["email oncall@example.com", "email team@example.com"] == [
      for s in aws_sns_topic_subscription.email : "${s.protocol} ${s.endpoint}" if s.topic_arn == output.topic_arn
    ]
    error_message = format("the subscriptions are %s", jsonencode([
      for s in aws_sns_topic_subscription.email : "${s.protocol} ${s.endpoint}"
    ]))
  }
}
