variable "prefix" {
  description = "First part of the names of the queues."
  type        = string
  nullable    = false
}

variable "consumer_timeout_seconds" {
  description = "Timeout of the function that reads the queues. Their visibility timeout is six times as long."
  type        = number
  nullable    = false

  validation {
    condition     = var.consumer_timeout_seconds >= 1 && var.consumer_timeout_seconds <= 900
    error_message = <<-EOT
      consumer_timeout_seconds must be 1 to 900, as for Lambda functions; it is ${var.consumer_timeout_seconds}.
    EOT
  }
}

variable "max_receive_count" {
  description = <<-EOT
    Receives after which SQS moves a message to the DLQ: the limit for crashes and timeouts of the function.
  EOT
  type        = number
  default     = 5
  nullable    = false

  # Lambda receives messages before it knows whether the function has free concurrency. So a throttled mapping uses
  # receives without an attempt.
  validation {
    condition     = var.max_receive_count >= 5 && var.max_receive_count <= 1000
    error_message = <<-EOT
      max_receive_count must be 5 to 1000; it is ${var.max_receive_count}.
      With less than 5, throttled invocations alone would move healthy messages to the DLQ.
    EOT
  }
}

variable "retention_seconds" {
  description = "Seconds after which SQS deletes a message from the intake queue or the retry queue."
  type        = number
  default     = 345600
  nullable    = false

  # A message keeps its first enqueue time in the DLQ. With 14 days here, SQS would delete it as soon as it reaches the
  # DLQ.
  validation {
    condition     = var.retention_seconds >= 3600 && var.retention_seconds <= 864000
    error_message = <<-EOT
      retention_seconds must be 3600 (1 hour) to 864000 (10 days); it is ${var.retention_seconds}.
      The DLQ's 14 days count from the first enqueue, and operators need some of them to inspect the message.
    EOT
  }
}

variable "max_message_bytes" {
  description = <<-EOT
    Largest message that the queues accept. The limits are equal, so that each queue accepts the messages of the others.
  EOT
  type        = number
  default     = 262144
  nullable    = false

  validation {
    condition     = var.max_message_bytes >= 4096 && var.max_message_bytes <= 1048576
    error_message = <<-EOT
      max_message_bytes must be 4096 to 1048576; it is ${var.max_message_bytes}.
      A smaller message has no space for an event, and SQS does not accept a larger message.
    EOT
  }
}
