# The topic for alarms: encryption key, publishers and subscriptions.

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

# The bootstrap creates the key; its tests check who can use it.
run "topic_is_encrypted_with_the_key_of_the_bootstrap" {
  module {
    source = "../observability"
  }

  variables {
    alarms_key_alias = "alias/hookline-bootstrap-alarms-test"
  }

  assert {
    condition = (
      aws_sns_topic.alarms.name == "hookline-test-alarms" &&
      aws_sns_topic.alarms.kms_master_key_id == "alias/hookline-bootstrap-alarms-test"
    )
    error_message = "the key of ${aws_sns_topic.alarms.name} is ${jsonencode(aws_sns_topic.alarms.kms_master_key_id)}"
  }
}

run "topic_has_no_key_without_a_bootstrap" {
  module {
    source = "../observability"
  }

  assert {
    condition     = aws_sns_topic.alarms.kms_master_key_id == null && output.topic_key_alias == null
    error_message = "the key of ${aws_sns_topic.alarms.name} is ${jsonencode(aws_sns_topic.alarms.kms_master_key_id)}"
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
