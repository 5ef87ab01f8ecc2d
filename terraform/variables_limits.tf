# Generated from terraform/modules/hookline/variables_limits.tf by `.ci/terraform-interface --write`: edit that file instead.

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
}

variable "payload_retention_days" {
  description = "Days that a payload is kept which no message can hold: as long at least as its event may wait in the queue and then in the DLQ"
  type        = number
  default     = 30
  nullable    = false
}

variable "retry" {
  description = "Shortest and longest wait before a failed delivery is tried again, in seconds"
  type = object({
    base_seconds = optional(number, 10)
    max_seconds  = optional(number, 900)
  })
  default  = {}
  nullable = false
}

variable "idempotency" {
  description = "Whether it is kept what was delivered, so that the same event has one effect at each destination, and for how many days. Off, an event is delivered at least once: SQS, a sender or a redrive may repeat it"
  type = object({
    enabled     = optional(bool, true)
    window_days = optional(number, 15)
  })
  default  = {}
  nullable = false
}

variable "secret_cache" {
  description = "Seconds that a function uses a secret without a look at the store, and seconds at least between two looks that failures cause"
  type = object({
    ttl_seconds     = optional(number, 300)
    refresh_seconds = optional(number, 30)
  })
  default  = {}
  nullable = false
}

variable "throttle" {
  description = "Requests a second (rate), and at once (burst), that the API lets through"
  type = object({
    rate  = optional(number, 100)
    burst = optional(number, 200)
  })
  default  = {}
  nullable = false
}

variable "log_retention_days" {
  description = "Days that the functions' logs and the API's access log are kept"
  type        = number
  default     = 30
  nullable    = false
}

variable "secret_recovery_days" {
  description = "Days in which a deleted secret can be restored; 0 deletes at once and frees the name"
  type        = number
  default     = 30
  nullable    = false
}
