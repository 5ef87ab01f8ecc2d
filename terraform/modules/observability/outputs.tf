output "topic_arn" {
  description = "ARN of the topic that alarms are published to."
  value       = aws_sns_topic.alarms.arn
}

output "topic_key_alias" {
  description = "Alias of the key that encrypts the topic; null without a key."
  value       = aws_sns_topic.alarms.kms_master_key_id
}

output "dashboard_name" {
  description = "Name of the dashboard."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}

output "alarm_names" {
  description = "Name of each alarm without and with the prefix. The first one is the alarm's section in the runbook."
  value = merge(
    { for name, alarm in aws_cloudwatch_metric_alarm.this : name => alarm.alarm_name },
    { for source, alarm in aws_cloudwatch_metric_alarm.silent_source : "silent-source-${source}" => alarm.alarm_name },
  )
}
