# Alarms on the absence of requests, for sources that always send. They are raised if a metric is missing, unlike the
# alarms in alarms.tf.

resource "aws_cloudwatch_metric_alarm" "silent_source" {
  for_each = var.alarms.silent_sources

  alarm_name = "${var.prefix}-silent-source-${each.key}"
  alarm_description = join(" ", [
    "The source ${each.key} has sent no accepted request for ${each.value} minutes.",
    "Check whether the sender still sends, and whether its requests are rejected.",
    "${var.runbook_url}#silent-source",
  ])
  namespace           = "Hookline"
  metric_name         = "Accepted"
  dimensions          = { service = var.prefix, source = each.key }
  statistic           = "Sum"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  period              = each.value * 60
  evaluation_periods  = 1
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]

  depends_on = [aws_sns_topic_policy.alarms]
}
