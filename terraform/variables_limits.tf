# Generated from terraform/modules/hookline/variables_limits.tf:
# edit that file, then run `.ci/terraform-interface --write`.

variable "max_environment_bytes" {
  description = <<-EOT
    Size of a function's environment, in bytes as JSON, above which its sources, routes and destinations are an object
    in the artifacts bucket; 0 always uses the object. Set 0 before you remove so many sources, routes or destinations
    that the environment is smaller again: otherwise Terraform deletes the object, and a rollback to a version that
    reads it fails.
  EOT
  type        = number
  default     = 4096
  nullable    = false
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
    recover = optional(object({
      memory_mb            = optional(number, 256)
      timeout_seconds      = optional(number, 300)
      reserved_concurrency = optional(number)
    }), {})
  })
  default  = {}
  nullable = false
}

variable "account_concurrency" {
  description = <<-EOT
    Concurrent executions that Lambda allows for the account in the region: 1000 unless AWS has set another quota, such
    as 10 for a new account. The plan warns if reservations and lanes leave too little for ingest.
  EOT
  type        = number
  default     = 1000
  nullable    = false
}

variable "payload_retention_days" {
  description = <<-EOT
    Days after which S3 deletes an offloaded payload. This must be longer than the event can be in the queues, in the
    DLQ and, after a redrive, in the queues again.
  EOT
  type        = number
  default     = 30
  nullable    = false
}

variable "event_log" {
  description = <<-EOT
    Keeps what happened to each event for this many days, with its payload, so that operators can list events, show them
    and send them again (`hookline events`). `sources` limits it to some sources; `events` is `POST /events`. null
    disables it. docs/cost.md has its costs, docs/security.md who can read it.
  EOT
  type = object({
    days    = optional(number, 14)
    sources = optional(list(string))
  })
  default = null
}

variable "listen" {
  description = <<-EOT
    Whether operators can receive copies of events on their own computers (`hookline listen`), with the headers in which
    the sender signs them. It is meant for development workspaces, because these copies have the complete payloads. It
    needs `idempotency.enabled`.
  EOT
  type        = bool
  default     = false
  nullable    = false
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
  description = <<-EOT
    Requests per second (`rate`) and at the same time (`burst`) that the API accepts for each source and for POST
    /events. Each has its own limit, so that a flood of requests for one does not use up the limit of another.
    `throttle` of a source replaces it.
  EOT
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
