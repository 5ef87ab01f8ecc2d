output "name" {
  description = "Name of the intake queue."
  value       = aws_sqs_queue.this.name
}

output "url" {
  description = "URL of the intake queue."
  value       = aws_sqs_queue.this.url
}

output "arn" {
  description = "ARN of the intake queue."
  value       = aws_sqs_queue.this.arn
}

output "retry_name" {
  description = "Name of the retry queue."
  value       = aws_sqs_queue.retry.name
}

output "retry_url" {
  description = "URL of the retry queue."
  value       = aws_sqs_queue.retry.url
}

output "retry_arn" {
  description = "ARN of the retry queue."
  value       = aws_sqs_queue.retry.arn
}

output "dlq_name" {
  description = "Name of the dead-letter queue."
  value       = aws_sqs_queue.dlq.name
}

output "dlq_url" {
  description = "URL of the dead-letter queue."
  value       = aws_sqs_queue.dlq.url
}

output "dlq_arn" {
  description = "ARN of the dead-letter queue."
  value       = aws_sqs_queue.dlq.arn
}
