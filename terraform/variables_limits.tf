# Generated from terraform/modules/hookline/variables_limits.tf:
# edit that file, then run `.ci/terraform-interface --write`.

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
}

variable "payload_retention_days" {
  description = <<-EOT
    Days after which S3 deletes an offloaded payload. This must be longer than the event can be in the DLQ and, after a
    redrive, in the intake queue.
  EOT
  type        = number
  default     = 30
  nullable    = false
}

variable "retry" {
  description = "Shortest and longest delay before the retry of a failed delivery, in seconds."
  type = object({
    base_seconds = optional(number, 10)
    max_seconds  = optional(number, 900)
  })
  default  = {}
  nullable = false
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
}

variable "throttle" {
  description = "Requests per second (`rate`) and at the same time (`burst`) that the API accepts."
  type = object({
    rate  = optional(number, 100)
    burst = optional(number, 200)
  })
  default  = {}
  nullable = false
}

variable "log_retention_days" {
  description = "Days after which CloudWatch deletes lines of the functions' logs and of the API's access log."
  type        = number
  default     = 30
  nullable    = false
}

variable "secret_recovery_days" {
  description = "Days for which a deleted secret can be restored; 0 deletes it at once and releases its name."
  type        = number
  default     = 30
  nullable    = false
}
