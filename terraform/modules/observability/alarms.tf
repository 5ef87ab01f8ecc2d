# The alarms. A new alarm needs one entry here and one section with its name in docs/runbook.md. The description is the
# text of the e-mail: it says what the alarm means and what to check first.

locals {
  # Each type of API has its own names for metrics and dimensions.
  api_metrics = {
    rest = { client_errors = "4XXError", server_errors = "5XXError", dimension = "ApiName", value = var.api.name }
    http = { client_errors = "4xx", server_errors = "5xx", dimension = "ApiId", value = var.api.id }
  }[var.api.type]

  # The access log, which counts throttled requests, is optional.
  alarms = {
    for name, alarm in merge(local.all_alarms, local.recovery_alarms) : name => alarm
    if name != "throttled-requests" || var.access_log_group != null
  }

  all_alarms = {
    dlq-not-empty = {
      metric     = { namespace = "AWS/SQS", name = "ApproximateNumberOfMessagesVisible" }
      dimensions = { QueueName = var.queues.dlq }
      statistic  = "Maximum"
      threshold  = 0
      period     = 60
      description = join(" ", [
        "At least one event could not be delivered and is in the dead-letter queue, which stores it for 14 days.",
        "List the events with their reasons: hookline dlq list --service ${var.prefix}.",
      ])
    }
    oldest-message = {
      metric     = { namespace = "AWS/SQS", name = "ApproximateAgeOfOldestMessage" }
      dimensions = { QueueName = var.queues.intake }
      statistic  = "Maximum"
      threshold  = var.alarms.oldest_message_seconds
      description = join(" ", [
        "Events wait in the intake queue longer than ${var.alarms.oldest_message_seconds} s:",
        "process is slow or stopped.",
        "Check on the dashboard whether process is invoked, fails or is throttled, and whether queue.paused is set.",
      ])
    }
    messages-in-flight = {
      metric     = { namespace = "AWS/SQS", name = "ApproximateNumberOfMessagesNotVisible" }
      dimensions = { QueueName = var.queues.intake }
      statistic  = "Maximum"
      threshold  = 80000 # SQS delivers no more messages at about 120,000, without an error
      description = join(" ", [
        "More than 80,000 messages of the intake queue are in flight, and at about 120,000 SQS delivers no more, to",
        "any destination. Check whether process fails or times out: its messages wait for their visibility timeout.",
      ])
    }
    retry-oldest-message = {
      metric     = { namespace = "AWS/SQS", name = "ApproximateAgeOfOldestMessage" }
      dimensions = { QueueName = var.queues.retry }
      statistic  = "Maximum"
      threshold  = var.alarms.retry_oldest_message_seconds
      description = join(" ", [
        "Deliveries wait in the retry queue longer than ${var.alarms.retry_oldest_message_seconds} s, although no",
        "delay is longer than 900 s: the retry lane has more deliveries than it can make.",
        "Check which destination is slow or unavailable: hookline destination status --service ${var.prefix}.",
      ])
    }
    breaker-opened = {
      metric     = { namespace = "Hookline", name = "BreakerOpened" }
      dimensions = { service = var.prefix }
      statistic  = "Sum"
      threshold  = 0
      description = join(" ", [
        "A destination is unavailable: its circuit breaker has opened, and its events wait on the retry lane.",
        "Other destinations are not affected.",
        "Show the destination and its last error: hookline destination status --service ${var.prefix}.",
      ])
    }
    account-concurrency = {
      metric     = { namespace = "AWS/Lambda", name = "ConcurrentExecutions" }
      dimensions = {} # all functions of the account in the region
      statistic  = "Maximum"
      threshold  = floor(0.8 * var.account_concurrency)
      period     = 60
      description = join(" ", [
        "The functions of the account use more than 80 % of its ${var.account_concurrency} concurrent executions.",
        "At the limit, Lambda rejects invocations of ingest, and senders get 5xx responses.",
        "Check which function uses them, and request a higher quota.",
      ])
    }
    ingest-errors = {
      metric     = { namespace = "AWS/Lambda", name = "Errors" }
      dimensions = { FunctionName = var.functions.ingest }
      statistic  = "Sum"
      threshold  = 0
      description = join(" ", [
        "Invocations of ingest failed: the function could not start, ran out of memory, or timed out.",
        "If a deployment came before, roll back. Then check the function's log.",
      ])
    }
    process-errors = {
      metric     = { namespace = "AWS/Lambda", name = "Errors" }
      dimensions = { FunctionName = var.functions.process }
      statistic  = "Sum"
      threshold  = 0
      description = join(" ", [
        "Invocations of process failed, and SQS redelivers their batches: the function could not start, ran out of",
        "memory, or timed out. If a deployment came before, roll back. Then check the function's log.",
      ])
    }
    ingest-throttles = {
      metric     = { namespace = "AWS/Lambda", name = "Throttles" }
      dimensions = { FunctionName = var.functions.ingest }
      statistic  = "Sum"
      threshold  = 0
      description = join(" ", [
        "Lambda had no free concurrency for ingest, and API Gateway returned 5xx to senders.",
        "Check which function of the account uses the concurrency.",
      ])
    }
    process-throttles = {
      metric     = { namespace = "AWS/Lambda", name = "Throttles" }
      dimensions = { FunctionName = var.functions.process }
      statistic  = "Sum"
      threshold  = 0
      description = join(" ", [
        "Lambda had no free concurrency for process, and each throttled batch has used a receive.",
        "Check whether the lanes together have more concurrency than the function's reservation.",
      ])
    }
    api-server-errors = {
      metric     = { namespace = "AWS/ApiGateway", name = local.api_metrics.server_errors }
      dimensions = { (local.api_metrics.dimension) = local.api_metrics.value, Stage = var.api.stage_name }
      statistic  = "Sum"
      threshold  = var.alarms.api_server_errors_per_5_minutes
      description = join(" ", [
        "Senders get 5xx responses, and not all senders retry. Check \"Server errors, by reason\" on the dashboard.",
        "If it shows no reason, the requests did not reach ingest.",
      ])
    }
    throttled-requests = {
      metric     = local.throttled_requests
      dimensions = {}
      statistic  = "Sum"
      threshold  = var.alarms.throttled_requests_per_5_minutes
      description = join(" ", [
        "API Gateway returned 429 to senders, because they sent more requests than `throttle` allows. A sender",
        "that does not retry, such as GitHub, loses these events.",
        "Check in the access log which path and address sends the requests.",
      ])
    }
    rejections = {
      metric     = { namespace = "Hookline", name = "Rejected" }
      dimensions = { service = var.prefix }
      statistic  = "Sum"
      threshold  = var.alarms.rejections_per_5_minutes
      description = join(" ", [
        "More requests than usual are rejected: a sender signs with another secret, or is not a known sender.",
        "Check \"Rejected, by reason\" on the dashboard, then the saved query ${var.prefix}/rejections-by-reason.",
      ])
    }
    delivery-failures = {
      metric     = { namespace = "Hookline", name = "DeliveryFailed" }
      dimensions = { service = var.prefix }
      statistic  = "Sum"
      threshold  = var.alarms.delivery_failures_per_5_minutes
      description = join(" ", [
        "Attempts to deliver fail again and again, although the circuit breaker stops attempts to a destination that",
        "always fails. Hookline retries them on the retry lane, and gives up after the configured time.",
        "Check which destination fails: the saved query ${var.prefix}/slowest-destinations.",
      ])
    }
    delivery-age = {
      metric     = { namespace = "Hookline", name = "DeliveryAge" }
      dimensions = { service = var.prefix }
      statistic  = "p95"
      threshold  = var.alarms.delivery_age_seconds * 1000 # the metric is in milliseconds
      description = join(" ", [
        "Of the delivered events, 5 % took longer than ${var.alarms.delivery_age_seconds} s since their acceptance.",
        "Check on the dashboard whether events wait in the queue (oldest message) or need several attempts.",
      ])
    }
  }
}

# Missing data is not breaching: the functions write most of these metrics only when there is something to count.
resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.prefix}-${each.key}"
  alarm_description   = "${each.value.description} ${var.runbook_url}#${each.key}"
  namespace           = each.value.metric.namespace
  metric_name         = each.value.metric.name
  dimensions          = each.value.dimensions
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  period              = try(each.value.period, 300)
  evaluation_periods  = try(each.value.evaluation_periods, 1)
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]

  # Before the topic has its policy, CloudWatch cannot publish an alarm.
  depends_on = [aws_sns_topic_policy.alarms]
}
