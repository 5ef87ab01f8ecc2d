# How much and how long. Ranges that are AWS's own are checked here too, so that a plan refuses them and not an apply.

variable "functions" {
  description = "Memory, timeout and reserved concurrency of each function; a null reservation shares the account's"
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
    error_message = "functions.ingest.timeout_seconds must be 8 to 28: below, a slow secret store leaves no time for the queue, and API Gateway answers for the function after 29 seconds."
  }

  validation {
    condition     = var.functions.process.timeout_seconds >= 10 && var.functions.process.timeout_seconds <= 900
    error_message = "functions.process.timeout_seconds must be 10 to 900: below, nothing is left for a delivery, and Lambda takes no more."
  }

  validation {
    condition     = alltrue([for f in values(var.functions) : coalesce(f.reserved_concurrency, 0) >= 0])
    error_message = "functions.*.reserved_concurrency must be 0 or more; leave it out to share the account's."
  }
}

variable "queue" {
  description = "Receives before the DLQ, retention, largest message, how many messages and calls at once, and whether events wait in the queue (paused) instead of being delivered"
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
    error_message = "queue.max_receive_count must be 5 to 1000; below 5, throttling alone sends healthy messages to the DLQ."
  }

  validation {
    condition     = var.queue.retention_seconds >= 3600 && var.queue.retention_seconds <= 864000
    error_message = "queue.retention_seconds must be 3600 (an hour) to 864000 (10 days), so that the DLQ's 14 days, which count from the first queue, leave time to look."
  }

  # SQS takes 1 MiB; a provider before 6.x still refuses more than 256 KiB, with a message of its own.
  validation {
    condition     = var.queue.max_message_bytes >= 4096 && var.queue.max_message_bytes <= 1048576
    error_message = "queue.max_message_bytes must be 4096 to 1048576: below, nothing is left for an event, and SQS takes no more."
  }

  validation {
    condition     = var.queue.batch_size >= 1 && var.queue.batch_size <= 10
    error_message = "queue.batch_size must be 1 to 10: a larger batch would have to wait for a batching window."
  }

  validation {
    condition     = try(var.queue.maximum_concurrency >= 2 && var.queue.maximum_concurrency <= 1000, var.queue.maximum_concurrency == null)
    error_message = "queue.maximum_concurrency must be 2 to 1000, the range of an event source mapping; leave it out for no limit."
  }

  validation {
    condition     = var.functions.process.reserved_concurrency == null || try(var.queue.maximum_concurrency <= var.functions.process.reserved_concurrency, false)
    error_message = "With functions.process.reserved_concurrency, set queue.maximum_concurrency (2 or more) to at most that: what is above it is throttled, and throttling uses up receives. queue.paused stops processing."
  }

  validation {
    condition     = alltrue([for number in [var.queue.max_receive_count, var.queue.retention_seconds, var.queue.max_message_bytes, var.queue.batch_size] : floor(number) == number])
    error_message = "queue takes whole numbers."
  }

  validation {
    condition     = var.queue.max_receive_count * max(var.retry.max_seconds, 6 * var.functions.process.timeout_seconds) < var.queue.retention_seconds
    error_message = "queue.retention_seconds must exceed max_receive_count times the longest wait (retry.max_seconds, or six times functions.process.timeout_seconds): else SQS deletes an event before it is given up, and it never reaches the DLQ."
  }
}

variable "payload_retention_days" {
  description = "Days that a payload is kept which no message can hold: as long at least as its event may wait in the queue and then in the DLQ"
  type        = number
  default     = 30
  nullable    = false

  # The DLQ's 14 days count from the first queue; a redrive puts the event on the intake queue once more.
  validation {
    condition     = floor(var.payload_retention_days) == var.payload_retention_days && var.payload_retention_days > 14 + ceil(var.queue.retention_seconds / 86400) && var.payload_retention_days <= 365
    error_message = "payload_retention_days must be a whole number, more than ${14 + ceil(var.queue.retention_seconds / 86400)} (14 days in the DLQ and queue.retention_seconds after a redrive) and at most 365: else an event could be redriven without its payload."
  }
}

variable "retry" {
  description = "Shortest and longest wait before a failed delivery is tried again, in seconds"
  type = object({
    base_seconds = optional(number, 10)
    max_seconds  = optional(number, 900)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.retry.base_seconds >= 0 && var.retry.base_seconds <= var.retry.max_seconds && var.retry.max_seconds <= 43200 - var.functions.process.timeout_seconds
    error_message = "retry must keep 0 <= base_seconds <= max_seconds <= 43200 - functions.process.timeout_seconds: SQS hides a message for 12 hours at most, counted from its receive."
  }

  validation {
    condition     = alltrue([for seconds in values(var.retry) : floor(seconds) == seconds])
    error_message = "retry takes whole seconds."
  }
}

variable "idempotency" {
  description = "Whether it is kept what was delivered, so that the same event has one effect at each destination, and for how many days. Off, an event is delivered at least once: SQS, a sender or a redrive may repeat it"
  type = object({
    enabled     = optional(bool, true)
    window_days = optional(number, 15)
  })
  default  = {}
  nullable = false

  # A message may be redriven until the DLQ's 14 days are over, to destinations of which some have had it.
  validation {
    condition     = var.idempotency.window_days >= 15 && var.idempotency.window_days <= 365 && floor(var.idempotency.window_days) == var.idempotency.window_days
    error_message = "idempotency.window_days must be a whole number from 15 to 365: shorter, a message could be redriven from the DLQ (14 days) after it is forgotten where it was delivered."
  }
}

variable "secret_cache" {
  description = "Seconds that a function uses a secret without a look at the store, and seconds at least between two looks that failures cause"
  type = object({
    ttl_seconds     = optional(number, 300)
    refresh_seconds = optional(number, 30)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for seconds in values(var.secret_cache) : seconds >= 1 && seconds <= 3600 && floor(seconds) == seconds])
    error_message = "secret_cache takes whole seconds from 1 to 3600: a secret that is withdrawn must stop counting within the hour."
  }
}

variable "throttle" {
  description = "Requests a second (rate), and at once (burst), that the API lets through"
  type = object({
    rate  = optional(number, 100)
    burst = optional(number, 200)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.throttle.rate > 0 && var.throttle.burst >= 1
    error_message = "throttle.rate must be above 0 and throttle.burst at least 1: with less the API refuses every request."
  }
}

variable "log_retention_days" {
  description = "Days that the functions' logs and the API's access log are kept"
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be one of the periods of CloudWatch: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }
}

variable "secret_recovery_days" {
  description = "Days in which a deleted secret can be restored; 0 deletes at once and frees the name"
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.secret_recovery_days == 0 || (var.secret_recovery_days >= 7 && var.secret_recovery_days <= 30)
    error_message = "secret_recovery_days must be 0, or 7 to 30: Secrets Manager takes nothing else."
  }
}
