# Generated from terraform/modules/hookline/variables_delivery.tf:
# edit that file, then run `.ci/terraform-interface --write`.

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
}
