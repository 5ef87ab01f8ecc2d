# Functions, retention and throttling. The plan checks the ranges of AWS too, so that no apply fails because of them.

locals {
  # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
  log_retention_periods = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
  ]

  # Days that an event can exist: in the intake queue and on the retry lane, 14 in the DLQ, and after a redrive again in
  # both queues.
  max_event_days = 14 + 2 * ceil((var.queue.retention_seconds + local.give_up_seconds) / 86400)
}

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

  validation {
    condition = (
      var.max_environment_bytes >= 0 && var.max_environment_bytes <= 4096 &&
      floor(var.max_environment_bytes) == var.max_environment_bytes
    )
    error_message = <<-EOT
      max_environment_bytes must be a whole number from 0 to 4096, the limit of Lambda; it is
      ${var.max_environment_bytes}.
    EOT
  }
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
    condition     = var.functions.recover.timeout_seconds >= 10 && var.functions.recover.timeout_seconds <= 900
    error_message = <<-EOT
      functions.recover.timeout_seconds must be 10 to 900; it is ${var.functions.recover.timeout_seconds}.
      With less, no time is left for GitHub's responses. Lambda does not support more.
    EOT
  }

  validation {
    condition     = alltrue([for f in values(var.functions) : coalesce(f.reserved_concurrency, 0) >= 0])
    error_message = <<-EOT
      functions.*.reserved_concurrency must be 0 or more. Remove it to use the account's shared concurrency.
    EOT
  }
}

variable "account_concurrency" {
  description = <<-EOT
    Concurrent executions that Lambda allows for the account in the region: 1000 unless AWS has set another quota, such
    as 10 for a new account. The plan warns if reservations and lanes leave too little for ingest.
  EOT
  type        = number
  default     = 1000
  nullable    = false

  validation {
    condition     = var.account_concurrency >= 1 && floor(var.account_concurrency) == var.account_concurrency
    error_message = <<-EOT
      account_concurrency must be a whole number of 1 or more; it is ${var.account_concurrency}. Show the quota:
      aws lambda get-account-settings --query AccountLimit.ConcurrentExecutions
    EOT
  }
}

variable "payload_retention_days" {
  description = <<-EOT
    Days after which S3 deletes an offloaded payload. This must be longer than the event can be in the queues, in the
    DLQ and, after a redrive, in the queues again.
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
      ${var.payload_retention_days}. Otherwise S3 could delete the payload of an event that is redriven. An event can be
      14 days in the DLQ, and before and after that for queue.retention_seconds in the intake queue and for
      retry.give_up_after_hours on the retry lane.
    EOT
  }
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

  validation {
    condition = alltrue([
      for log in var.event_log[*] : floor(log.days) == log.days && log.days >= 1 && log.days <= 365
    ])
    error_message = "event_log.days must be a whole number from 1 to 365."
  }

  validation {
    condition = length(setsubtract(
      flatten([for log in var.event_log[*] : coalesce(log.sources, [])]), concat(keys(var.sources), ["events"])
    )) == 0
    error_message = <<-EOT
      event_log.sources can have the names of sources and `events`. These are unknown: ${join(", ", setsubtract(
    flatten([for log in var.event_log[*] : coalesce(log.sources, [])]), concat(keys(var.sources), ["events"])
))}.
    EOT
}
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

  validation {
    condition     = !var.listen || var.idempotency.enabled
    error_message = <<-EOT
      listen needs the idempotency table, which has the listeners. Set idempotency.enabled = true, or listen = false.
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
