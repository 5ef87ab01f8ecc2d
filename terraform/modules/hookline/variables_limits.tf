# Limits and retention. The plan checks the ranges of AWS too, so that no apply fails because of them.

locals {
  # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
  log_retention_periods = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
  ]

  # Days that an event can exist: 14 in the DLQ, which count from the first queue, and the retention of the intake queue
  # after a redrive.
  max_event_days = 14 + ceil(var.queue.retention_seconds / 86400)
}

variable "functions" {
  description = <<-EOT
    Memory, timeout and reserved concurrency of each function. Without a reservation, a function uses the account's
    shared concurrency.
  EOT
  type = object({
    ingest = optional(object({
      memory_mb            = optional(number, 256)
      timeout_seconds      = optional(number, 10)
      reserved_concurrency = optional(number)
    }), {})
    process = optional(object({
      memory_mb            = optional(number, 256)
      timeout_seconds      = optional(number, 60)
      reserved_concurrency = optional(number)
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for f in values(var.functions) : f.memory_mb >= 128 && f.memory_mb <= 10240])
    error_message = "functions.*.memory_mb must be 128 to 10240, the range of Lambda."
  }

  validation {
    condition     = var.functions.ingest.timeout_seconds >= 8 && var.functions.ingest.timeout_seconds <= 28
    error_message = <<-EOT
      functions.ingest.timeout_seconds must be 8 to 28; it is ${var.functions.ingest.timeout_seconds}.
      With less, a slow secret store leaves no time for the queue. API Gateway waits for at most 29 seconds.
    EOT
  }

  validation {
    condition     = var.functions.process.timeout_seconds >= 10 && var.functions.process.timeout_seconds <= 900
    error_message = <<-EOT
      functions.process.timeout_seconds must be 10 to 900; it is ${var.functions.process.timeout_seconds}.
      With less, no time is left for a delivery. Lambda does not support more.
    EOT
  }

  validation {
    condition     = alltrue([for f in values(var.functions) : coalesce(f.reserved_concurrency, 0) >= 0])
    error_message = <<-EOT
      functions.*.reserved_concurrency must be 0 or more. Remove it to use the account's shared concurrency.
    EOT
  }
}

variable "queue" {
  description = <<-EOT
    The intake queue: receives before the DLQ, retention, largest message, messages per batch, and concurrent
    invocations of process. With `paused`, events wait in the queue and are not delivered.
  EOT
  type = object({
    max_receive_count   = optional(number, 5)
    retention_seconds   = optional(number, 345600)
    max_message_bytes   = optional(number, 262144)
    batch_size          = optional(number, 10)
    maximum_concurrency = optional(number)
    paused              = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.queue.max_receive_count >= 5 && var.queue.max_receive_count <= 1000
    error_message = <<-EOT
      queue.max_receive_count must be 5 to 1000; it is ${var.queue.max_receive_count}.
      With less than 5, throttled invocations alone would move healthy messages to the DLQ.
    EOT
  }

  validation {
    condition     = var.queue.retention_seconds >= 3600 && var.queue.retention_seconds <= 864000
    error_message = <<-EOT
      queue.retention_seconds must be 3600 (1 hour) to 864000 (10 days); it is ${var.queue.retention_seconds}.
      The DLQ's 14 days count from the first enqueue, and operators need some of them to inspect the message.
    EOT
  }

  # SQS accepts 1 MiB. Versions of the provider before 6 reject more than 256 KiB with their own message.
  validation {
    condition     = var.queue.max_message_bytes >= 4096 && var.queue.max_message_bytes <= 1048576
    error_message = <<-EOT
      queue.max_message_bytes must be 4096 to 1048576; it is ${var.queue.max_message_bytes}.
      A smaller message has no space for an event, and SQS does not accept a larger message.
    EOT
  }

  validation {
    condition     = var.queue.batch_size >= 1 && var.queue.batch_size <= 10
    error_message = <<-EOT
      queue.batch_size must be 1 to 10; it is ${var.queue.batch_size}. A larger batch needs a batching window.
    EOT
  }

  validation {
    condition = try(
      var.queue.maximum_concurrency >= 2 && var.queue.maximum_concurrency <= 1000,
      var.queue.maximum_concurrency == null,
    )
    error_message = <<-EOT
      queue.maximum_concurrency must be 2 to 1000, the range of an event source mapping. Remove it for no limit.
    EOT
  }

  validation {
    condition = (
      var.functions.process.reserved_concurrency == null ||
      try(var.queue.maximum_concurrency <= var.functions.process.reserved_concurrency, false)
    )
    error_message = <<-EOT
      With functions.process.reserved_concurrency, queue.maximum_concurrency must be set and must not be greater,
      because each throttled invocation uses receives. Set it to 2 or more. To stop deliveries, set queue.paused.
    EOT
  }

  validation {
    condition = alltrue([
      for number in [
        var.queue.max_receive_count, var.queue.retention_seconds, var.queue.max_message_bytes, var.queue.batch_size,
      ] : floor(number) == number
    ])
    error_message = "The numbers in queue must be whole numbers."
  }

  validation {
    condition = (
      var.queue.max_receive_count * max(var.retry.max_seconds, 6 * var.functions.process.timeout_seconds) <
      var.queue.retention_seconds
    )
    error_message = <<-EOT
      queue.retention_seconds must be greater than max_receive_count times the longest delay, which is retry.max_seconds
      or six times functions.process.timeout_seconds. Otherwise SQS deletes an event before its last receive, and the
      event does not reach the DLQ. Raise retention_seconds, or lower the other values.
    EOT
  }
}

variable "payload_retention_days" {
  description = <<-EOT
    Days after which S3 deletes an offloaded payload. This must be longer than the event can be in the DLQ and, after a
    redrive, in the intake queue.
  EOT
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition = (
      floor(var.payload_retention_days) == var.payload_retention_days &&
      var.payload_retention_days > local.max_event_days &&
      var.payload_retention_days <= 365
    )
    error_message = <<-EOT
      payload_retention_days must be a whole number greater than ${local.max_event_days} and at most 365; it is
      ${var.payload_retention_days}. Otherwise S3 could delete the payload of an event that is redriven: an event can be
      14 days in the DLQ and queue.retention_seconds in the intake queue.
    EOT
  }
}

variable "retry" {
  description = "Shortest and longest delay before the retry of a failed delivery, in seconds."
  type = object({
    base_seconds = optional(number, 10)
    max_seconds  = optional(number, 900)
  })
  default  = {}
  nullable = false

  validation {
    condition = (
      var.retry.base_seconds >= 0 &&
      var.retry.base_seconds <= var.retry.max_seconds &&
      var.retry.max_seconds <= 43200 - var.functions.process.timeout_seconds
    )
    error_message = <<-EOT
      retry must have 0 <= base_seconds <= max_seconds <= 43200 - functions.process.timeout_seconds. SQS hides a message
      for at most 12 hours after its receive.
    EOT
  }

  validation {
    condition     = alltrue([for seconds in values(var.retry) : floor(seconds) == seconds])
    error_message = "The seconds in retry must be whole numbers."
  }
}

variable "idempotency" {
  description = <<-EOT
    Whether a table records deliveries, so that an event has one effect at each destination, and for how many days. If
    it is disabled, an event is delivered at least once: SQS, the sender or a redrive can repeat it.
  EOT
  type = object({
    enabled     = optional(bool, true)
    window_days = optional(number, 15)
  })
  default  = {}
  nullable = false

  # A message can be redriven for the 14 days of the DLQ, and some of its destinations may have received the event.
  validation {
    condition = (
      var.idempotency.window_days >= 15 &&
      var.idempotency.window_days <= 365 &&
      floor(var.idempotency.window_days) == var.idempotency.window_days
    )
    error_message = <<-EOT
      idempotency.window_days must be a whole number from 15 to 365; it is ${var.idempotency.window_days}.
      With less, a message could be redriven from the DLQ (14 days) after the records of its deliveries have expired.
    EOT
  }
}

variable "secret_cache" {
  description = <<-EOT
    Seconds for which a function uses a secret without reading it again (`ttl_seconds`), and seconds between two reads
    while Secrets Manager does not respond (`refresh_seconds`).
  EOT
  type = object({
    ttl_seconds     = optional(number, 300)
    refresh_seconds = optional(number, 30)
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for seconds in values(var.secret_cache) : seconds >= 1 && seconds <= 3600 && floor(seconds) == seconds
    ])
    error_message = <<-EOT
      The seconds in secret_cache must be whole numbers from 1 to 3600. A revoked secret must become invalid within an
      hour.
    EOT
  }
}

variable "throttle" {
  description = "Requests per second (`rate`) and at the same time (`burst`) that the API accepts."
  type = object({
    rate  = optional(number, 100)
    burst = optional(number, 200)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.throttle.rate > 0 && var.throttle.burst >= 1
    error_message = <<-EOT
      throttle.rate must be greater than 0 and throttle.burst at least 1. Otherwise the API rejects every request.
    EOT
  }
}

variable "log_retention_days" {
  description = "Days after which CloudWatch deletes lines of the functions' logs and of the API's access log."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition = contains(local.log_retention_periods, var.log_retention_days)
    error_message = format(
      "log_retention_days must be a period that CloudWatch supports: %s; it is %s.",
      join(", ", local.log_retention_periods), var.log_retention_days,
    )
  }
}

variable "secret_recovery_days" {
  description = "Days for which a deleted secret can be restored; 0 deletes it at once and releases its name."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.secret_recovery_days == 0 || (var.secret_recovery_days >= 7 && var.secret_recovery_days <= 30)
    error_message = <<-EOT
      secret_recovery_days must be 0 or 7 to 30, as Secrets Manager requires; it is ${var.secret_recovery_days}.
    EOT
  }
}
