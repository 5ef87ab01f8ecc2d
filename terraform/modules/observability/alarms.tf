# What a person is woken for. A new alarm is one entry here and one section of the runbook that bears its name. Each says
# what it means and what to look at first, because that is what the mail shows.

locals {
  # API Gateway counts the answers of each type of API by a name and a dimension of its own.
  api_metrics = {
    rest = { client_errors = "4XXError", server_errors = "5XXError", dimension = "ApiName", value = var.api.name }
    http = { client_errors = "4xx", server_errors = "5xx", dimension = "ApiId", value = var.api.id }
  }[var.api.type]

  alarms = {
    dlq-not-empty = {
      metric      = { namespace = "AWS/SQS", name = "ApproximateNumberOfMessagesVisible", dimensions = { QueueName = var.queues.dlq } }
      statistic   = "Maximum"
      threshold   = 0
      period      = 60
      description = "An event could not be delivered and lies in the dead-letter queue, which keeps it for 14 days at most. See what is there and why: cargo harness dlq list."
    }
    oldest-message = {
      metric      = { namespace = "AWS/SQS", name = "ApproximateAgeOfOldestMessage", dimensions = { QueueName = var.queues.intake } }
      statistic   = "Maximum"
      threshold   = var.alarms.oldest_message_seconds
      description = "Events wait in the intake queue longer than ${var.alarms.oldest_message_seconds} s: nothing takes them off, or not fast enough. See whether process runs, is throttled or is paused."
    }
    ingest-errors = {
      metric      = { namespace = "AWS/Lambda", name = "Errors", dimensions = { FunctionName = var.functions.ingest } }
      statistic   = "Sum"
      threshold   = 0
      description = "A call of ingest did not come to its end. It answers whatever happens, so it could not start, ran out of memory or time. If a deploy came before, go a version back; its log says the rest."
    }
    process-errors = {
      metric      = { namespace = "AWS/Lambda", name = "Errors", dimensions = { FunctionName = var.functions.process } }
      statistic   = "Sum"
      threshold   = 0
      description = "A call of process did not come to its end, and its whole batch comes again: it could not start, ran out of memory or time. If a deploy came before, go a version back; its log says the rest."
    }
    ingest-throttles = {
      metric      = { namespace = "AWS/Lambda", name = "Throttles", dimensions = { FunctionName = var.functions.ingest } }
      statistic   = "Sum"
      threshold   = 0
      description = "Lambda had no room for ingest, and senders were answered 5xx. See which function of the account has taken the concurrency."
    }
    process-throttles = {
      metric      = { namespace = "AWS/Lambda", name = "Throttles", dimensions = { FunctionName = var.functions.process } }
      statistic   = "Sum"
      threshold   = 0
      description = "Lambda had no room for process, and each refused batch has used up a receive. See whether queue.maximum_concurrency is above what the function may have."
    }
    api-server-errors = {
      metric      = { namespace = "AWS/ApiGateway", name = local.api_metrics.server_errors, dimensions = { (local.api_metrics.dimension) = local.api_metrics.value, Stage = var.api.stage_name } }
      statistic   = "Sum"
      threshold   = var.alarms.api_server_errors_per_5_minutes
      description = "Senders are answered 5xx, and not all of them try again. See ServerErrors by its reason on the dashboard: without any, the request did not reach ingest."
    }
    refusals = {
      metric      = { namespace = "Hookline", name = "Rejected", dimensions = { service = var.prefix } }
      statistic   = "Sum"
      threshold   = var.alarms.refusals_per_5_minutes
      description = "More requests are refused than usual: a sender signs with another secret than ours, or somebody tries. See Rejected by its reason on the dashboard, then the saved query refusals-by-reason."
    }
    delivery-failures = {
      metric      = { namespace = "Hookline", name = "DeliveryFailed", dimensions = { service = var.prefix } }
      statistic   = "Sum"
      threshold   = var.alarms.delivery_failures_per_5_minutes
      description = "Attempts to deliver fail; they are tried again and end in the dead-letter queue if that does not help. See which destination it is: the saved query slowest-destinations."
    }
    delivery-age = {
      metric      = { namespace = "Hookline", name = "DeliveryAge", dimensions = { service = var.prefix } }
      statistic   = "p95"
      threshold   = var.alarms.delivery_age_seconds * 1000 # the metric is in milliseconds
      description = "Events are delivered later than ${var.alarms.delivery_age_seconds} s after they were accepted. See whether they wait in the queue (oldest message) or are tried several times (failed attempts)."
    }
  }
}

# No data is no alarm: most of these metrics are written only when there is something to count.
resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.prefix}-${each.key}"
  alarm_description   = "${each.value.description} ${var.runbook_url}#${each.key}"
  namespace           = each.value.metric.namespace
  metric_name         = each.value.metric.name
  dimensions          = each.value.metric.dimensions
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  period              = try(each.value.period, 300)
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]

  # An alarm that comes before it may be told would be told to nobody.
  depends_on = [aws_sns_topic_policy.alarms]
}
