# Delivery: the queues, retries, the circuit breaker and the record of deliveries. The plan rejects values that would
# lose events.

locals {
  give_up_seconds = floor(var.retry.give_up_after_hours * 3600)

  # Concurrent invocations of process on both lanes.
  delivery_concurrency = var.queue.maximum_concurrency + var.retry_lane.maximum_concurrency
}

variable "queue" {
  description = <<-EOT
    The intake queue: receives before the DLQ, retention, largest message, messages per batch, and concurrent
    invocations of process. `max_receive_count`, `retention_seconds` and `max_message_bytes` also apply to the retry
    queue. `max_receive_count` is the limit for crashes and timeouts only: it does not count failed attempts, because
    these move to the retry lane. With `paused`, events wait in both queues and are not delivered.
  EOT
  type = object({
    max_receive_count   = optional(number, 5)
    retention_seconds   = optional(number, 345600)
    max_message_bytes   = optional(number, 262144)
    batch_size          = optional(number, 10)
    maximum_concurrency = optional(number, 20)
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

  # SQS accepts 1 MiB. Versions of the provider before 6.8 reject more than 256 KiB with their own message.
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
    condition     = var.queue.maximum_concurrency >= 2 && var.queue.maximum_concurrency <= 1000
    error_message = <<-EOT
      queue.maximum_concurrency must be 2 to 1000, the range of an event source mapping; it is
      ${var.queue.maximum_concurrency}. To stop deliveries, set queue.paused.
    EOT
  }

  validation {
    condition = (
      var.functions.process.reserved_concurrency == null ||
      try(
        sum([var.queue, var.retry_lane][*].maximum_concurrency) <= var.functions.process.reserved_concurrency,
        false,
      )
    )
    error_message = <<-EOT
      queue.maximum_concurrency (${var.queue.maximum_concurrency}) and retry_lane.maximum_concurrency
      (${var.retry_lane.maximum_concurrency}) together must not be greater than functions.process.reserved_concurrency,
      because each throttled invocation uses receives. Lower them, or raise the reservation.
    EOT
  }

  validation {
    condition = alltrue([
      for number in [
        var.queue.max_receive_count, var.queue.retention_seconds, var.queue.max_message_bytes, var.queue.batch_size,
        var.queue.maximum_concurrency,
      ] : floor(number) == number
    ])
    error_message = "The numbers in queue must be whole numbers."
  }

  # After a crash or a timeout, a message is received again when its visibility timeout ends.
  validation {
    condition = (
      var.queue.max_receive_count * 6 * var.functions.process.timeout_seconds < var.queue.retention_seconds
    )
    error_message = <<-EOT
      queue.retention_seconds must be greater than max_receive_count times the visibility timeout, which is six times
      functions.process.timeout_seconds. Otherwise SQS deletes a message before its last receive, and the event does not
      reach the DLQ. Raise retention_seconds, or lower the other values.
    EOT
  }
}

variable "retry_lane" {
  description = <<-EOT
    The retry queue: concurrent invocations of process, and messages per batch. A message is one delivery: it waits for
    its next attempt, or its destination is paused, unavailable, or slow (a `timeout_seconds` of more than 5). The lane
    has its own concurrency, so that these deliveries do not delay others.
  EOT
  type = object({
    maximum_concurrency = optional(number, 5)
    batch_size          = optional(number, 10)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.retry_lane.maximum_concurrency >= 2 && var.retry_lane.maximum_concurrency <= 1000
    error_message = <<-EOT
      retry_lane.maximum_concurrency must be 2 to 1000, the range of an event source mapping; it is
      ${var.retry_lane.maximum_concurrency}.
    EOT
  }

  validation {
    condition     = var.retry_lane.batch_size >= 1 && var.retry_lane.batch_size <= 10
    error_message = <<-EOT
      retry_lane.batch_size must be 1 to 10; it is ${var.retry_lane.batch_size}. A larger batch needs a batching window.
    EOT
  }

  validation {
    condition     = alltrue([for number in values(var.retry_lane) : floor(number) == number])
    error_message = "The numbers in retry_lane must be whole numbers."
  }
}

variable "retry" {
  description = <<-EOT
    Retries of a failed delivery. The longest wait after the first attempt is `base_seconds`. Each wait is four times as
    long as the one before it, up to `max_seconds`. `jitter` is the random part of a wait, which spreads the retries:
    `half`, `full` or `none`. The last attempt is `give_up_after_hours` after the first failure; then the event goes to
    the DLQ. The output `retry_schedule` shows the result.
  EOT
  type = object({
    base_seconds        = optional(number, 10)
    max_seconds         = optional(number, 10800)
    give_up_after_hours = optional(number, 24)
    jitter              = optional(string, "half")
  })
  default  = {}
  nullable = false

  validation {
    condition = (
      var.retry.base_seconds >= 1 &&
      var.retry.base_seconds <= var.retry.max_seconds &&
      var.retry.max_seconds <= 43200
    )
    error_message = <<-EOT
      retry must have 1 <= base_seconds <= max_seconds <= 43200; base_seconds is ${var.retry.base_seconds} and
      max_seconds ${var.retry.max_seconds}. Without a wait, attempts would follow each other at once. With a wait of
      more than 12 hours, a destination that has recovered would receive its events too late.
    EOT
  }

  validation {
    condition = (
      floor(var.retry.base_seconds) == var.retry.base_seconds && floor(var.retry.max_seconds) == var.retry.max_seconds
    )
    error_message = "The seconds in retry must be whole numbers."
  }

  # A fraction of an hour is for tests.
  validation {
    condition = (
      var.retry.give_up_after_hours * 3600 >= var.retry.base_seconds && var.retry.give_up_after_hours <= 168
    )
    error_message = <<-EOT
      retry.give_up_after_hours must be at most 168 (7 days), and not shorter than base_seconds; it is
      ${var.retry.give_up_after_hours}. For longer outages, redrive the events from the DLQ.
    EOT
  }

  validation {
    condition     = contains(["half", "full", "none"], var.retry.jitter)
    error_message = "retry.jitter must be `half`, `full` or `none`; it is `${var.retry.jitter}`."
  }
}

variable "breaker" {
  description = <<-EOT
    The circuit breaker of each destination. After `failures` consecutive retryable failures it opens: events go to the
    retry lane without an attempt. After `cool_down_seconds` one attempt tests the destination. If it fails, the next
    cool-down is twice as long, up to `max_cool_down_seconds`. Transitions are sent to the EventBridge bus `event_bus`,
    a name or an ARN; an empty text sends none.
  EOT
  type = object({
    failures              = optional(number, 5)
    cool_down_seconds     = optional(number, 30)
    max_cool_down_seconds = optional(number, 300)
    event_bus             = optional(string, "default")
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.breaker.failures >= 1 && var.breaker.failures <= 1000
    error_message = "breaker.failures must be 1 to 1000; it is ${var.breaker.failures}."
  }

  # The function reads the state of the breakers once per cool-down.
  validation {
    condition = (
      var.breaker.cool_down_seconds >= 1 &&
      var.breaker.cool_down_seconds <= var.breaker.max_cool_down_seconds &&
      var.breaker.max_cool_down_seconds <= 3600
    )
    error_message = <<-EOT
      breaker must have 1 <= cool_down_seconds <= max_cool_down_seconds <= 3600; cool_down_seconds is
      ${var.breaker.cool_down_seconds} and max_cool_down_seconds ${var.breaker.max_cool_down_seconds}. A destination
      that has recovered receives events only after the cool-down.
    EOT
  }

  validation {
    condition = alltrue([
      for number in [var.breaker.failures, var.breaker.cool_down_seconds, var.breaker.max_cool_down_seconds] :
      floor(number) == number
    ])
    error_message = "The numbers in breaker must be whole numbers."
  }

  validation {
    condition     = var.breaker.event_bus == "" || can(regex(local.bus_pattern, var.breaker.event_bus))
    error_message = <<-EOT
      breaker.event_bus must be the name (such as `default`) or ARN of an event bus, or empty to send no events; it is
      `${var.breaker.event_bus}`.
    EOT
  }
}

variable "idempotency" {
  description = <<-EOT
    Whether a table records deliveries, so that an event has one effect at each destination, and for how many days. If
    it is disabled, an event is delivered at least once: SQS, the sender or a redrive can repeat it; destinations cannot
    be paused, and each execution environment has its own circuit breakers. `mode`: with `one_write`, an event that is
    delivered at its first attempt costs one write per destination, and a crash can repeat the deliveries of its batch.
    With `two_writes` it costs two, and a crash can repeat only deliveries whose record was not yet written.
  EOT
  type = object({
    enabled     = optional(bool, true)
    window_days = optional(number, 15)
    mode        = optional(string, "one_write")
  })
  default  = {}
  nullable = false

  # A message can be redriven for the 14 days of the DLQ, and some of its destinations may have received the event
  # before the retries of the others.
  validation {
    condition = (
      var.idempotency.window_days * 86400 >= 14 * 86400 + local.give_up_seconds &&
      var.idempotency.window_days >= 15 &&
      var.idempotency.window_days <= 365 &&
      floor(var.idempotency.window_days) == var.idempotency.window_days
    )
    error_message = <<-EOT
      idempotency.window_days must be a whole number from ${max(15, 14 + ceil(local.give_up_seconds / 86400))} to 365;
      it is ${var.idempotency.window_days}. With less, a message could be redriven from the DLQ (14 days after
      retry.give_up_after_hours) when the records of its deliveries have expired.
    EOT
  }

  validation {
    condition     = contains(["one_write", "two_writes"], var.idempotency.mode)
    error_message = "idempotency.mode must be `one_write` or `two_writes`; it is `${var.idempotency.mode}`."
  }
}
