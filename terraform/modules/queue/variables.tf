variable "prefix" {
  description = "First part of both queues' names"
  type        = string
  nullable    = false
}

variable "consumer_timeout_seconds" {
  description = "Timeout of the function that reads the queue; a message stays invisible for six times as long"
  type        = number
  nullable    = false

  validation {
    condition     = var.consumer_timeout_seconds >= 1 && var.consumer_timeout_seconds <= 900
    error_message = "consumer_timeout_seconds must be 1 to 900, the range of a function's timeout."
  }
}

variable "max_receive_count" {
  description = "Receives after which a message goes to the DLQ"
  type        = number
  default     = 5
  nullable    = false

  # Lambda takes messages off the queue before it knows whether the function has room, so a throttled poller uses up
  # receives without one delivery tried.
  validation {
    condition     = var.max_receive_count >= 5 && var.max_receive_count <= 1000
    error_message = "max_receive_count must be 5 to 1000; below 5, throttling alone sends healthy messages to the DLQ."
  }
}

variable "retention_seconds" {
  description = "Seconds that the intake queue keeps a message"
  type        = number
  default     = 345600
  nullable    = false

  # A message keeps its first enqueue time when it moves to the DLQ, so a full 14 days here would leave it no time there.
  validation {
    condition     = var.retention_seconds >= 3600 && var.retention_seconds <= 864000
    error_message = "retention_seconds must be 3600 (an hour) to 864000 (10 days), so that the DLQ's 14 days, which count from the first queue, leave time to look."
  }
}

variable "max_message_bytes" {
  description = "Largest message that either queue takes; both alike, else the DLQ refuses what the queue took"
  type        = number
  default     = 262144
  nullable    = false

  validation {
    condition     = var.max_message_bytes >= 4096 && var.max_message_bytes <= 1048576
    error_message = "max_message_bytes must be 4096 to 1048576: below, nothing is left for an event, and SQS takes no more."
  }
}
