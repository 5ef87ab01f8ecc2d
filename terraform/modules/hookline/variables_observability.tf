# Alarms, dashboard, logs and traces.

locals {
  # A plain e-mail address, without a name and without a second address.
  alarm_email_pattern = "^[^@\\s<>,;]+@[^@\\s<>,;]+\\.[^@\\s<>,;.]+$"
}

variable "alarms" {
  description = <<-EOT
    `emails`: addresses that get alarms. SNS sends a confirmation link to each address first. The other values are
    thresholds; an alarm is raised above its threshold. `oldest_message_seconds`, `retry_oldest_message_seconds`: time
    that a message waits in the intake queue or the retry queue. `rejections_per_5_minutes`,
    `throttled_requests_per_5_minutes`, `delivery_failures_per_5_minutes`, `api_server_errors_per_5_minutes`: rejected
    requests, 429 responses of API Gateway (with `access_logs`), failed attempts and 5xx responses in 5 minutes.
    `delivery_age_seconds`: time from an event's acceptance to its delivery, for 95 % of the events. `silent_sources`:
    minutes without an accepted request, by source, after which an alarm is raised; for sources that always send.
  EOT
  type = object({
    emails                           = optional(list(string), [])
    oldest_message_seconds           = optional(number, 1800)
    retry_oldest_message_seconds     = optional(number, 1800)
    rejections_per_5_minutes         = optional(number, 100)
    throttled_requests_per_5_minutes = optional(number, 0)
    delivery_failures_per_5_minutes  = optional(number, 300)
    delivery_age_seconds             = optional(number, 900)
    api_server_errors_per_5_minutes  = optional(number, 1)
    silent_sources                   = optional(map(number), {})
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([for email in var.alarms.emails : can(regex(local.alarm_email_pattern, email))])
    error_message = format(
      "alarms.emails must be plain addresses, such as oncall@example.com. Correct %s.",
      join(", ", [
        for email in var.alarms.emails : try(coalesce(email), "none")
        if !can(regex(local.alarm_email_pattern, email))
      ]),
    )
  }

  validation {
    condition     = length(distinct(var.alarms.emails)) == length(var.alarms.emails)
    error_message = "alarms.emails has an address twice. Remove one, because SNS has one subscription per address."
  }

  validation {
    condition = alltrue([
      for name, number in var.alarms : number >= 0 && floor(number) == number
      if !contains(["emails", "silent_sources"], name)
    ])
    error_message = format(
      "The thresholds in alarms must be whole numbers of 0 or more. Correct %s.",
      join(", ", [
        for name, number in var.alarms : name
        if !contains(["emails", "silent_sources"], name) && !try(number >= 0 && floor(number) == number, false)
      ]),
    )
  }

  validation {
    condition = (
      var.alarms.oldest_message_seconds >= 60 &&
      var.alarms.oldest_message_seconds < var.queue.retention_seconds
    )
    error_message = <<-EOT
      alarms.oldest_message_seconds must be at least 60, because SQS reports ages per minute, and less than
      queue.retention_seconds (${var.queue.retention_seconds}), when SQS deletes the event.
    EOT
  }

  validation {
    condition = (
      var.alarms.retry_oldest_message_seconds > 900 &&
      var.alarms.retry_oldest_message_seconds < var.queue.retention_seconds
    )
    error_message = <<-EOT
      alarms.retry_oldest_message_seconds must be greater than 900, the longest delay of a message, and less than
      queue.retention_seconds (${var.queue.retention_seconds}), when SQS deletes the message.
    EOT
  }

  validation {
    condition = alltrue([
      for minutes in var.alarms.silent_sources : minutes >= 1 && minutes <= 1440 && floor(minutes) == minutes
    ])
    error_message = <<-EOT
      The minutes in alarms.silent_sources must be whole numbers from 1 to 1440, because an alarm of CloudWatch covers
      at most one day.
    EOT
  }

  validation {
    condition = length(setsubtract(keys(var.alarms.silent_sources), concat(keys(var.sources), ["events"]))) == 0
    error_message = format(
      "alarms.silent_sources names unknown sources: %s. The sources are %s.",
      join(", ", setsubtract(keys(var.alarms.silent_sources), concat(keys(var.sources), ["events"]))),
      join(", ", concat(keys(var.sources), ["events"])),
    )
  }

  # At this level, ingest does not write the metric of accepted requests.
  validation {
    condition     = length(var.alarms.silent_sources) == 0 || var.log_level != "error"
    error_message = <<-EOT
      alarms.silent_sources needs the metric of accepted requests, which is not written with log_level = "error". Use
      `warn`, or remove silent_sources.
    EOT
  }

  validation {
    condition     = var.alarms.delivery_age_seconds >= 1
    error_message = "alarms.delivery_age_seconds must be at least 1, because each delivery takes longer than 0."
  }
}

variable "runbook_url" {
  description = "URL of docs/runbook.md, such as its page in your repository. The alarms and the dashboard link to it."
  type        = string
  default     = "docs/runbook.md"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9./:?=&%_~+@-]{1,300}$", var.runbook_url))
    error_message = <<-EOT
      runbook_url must be a URL or a path with at most 300 characters and without spaces, quotes and fragment. Links
      append the name of an alarm as the fragment.
    EOT
  }
}

variable "saved_queries" {
  description = "Whether to create saved queries in Logs Insights for the functions' logs."
  type        = bool
  default     = true
  nullable    = false
}

variable "access_logs" {
  description = <<-EOT
    Whether API Gateway logs each request, including requests that ingest never receives. A REST API needs a role that
    is set once per account and region; the bootstrap sets it (`api_gateway_logs_role`). Without this role, the apply
    fails with "CloudWatch Logs role ARN must be set in account settings to enable logging". Apply the bootstrap, or
    disable this setting. An HTTP API (`api_type`) needs no role.
  EOT
  type        = bool
  default     = true
  nullable    = false
}

variable "trace_sampling" {
  description = <<-EOT
    Requests of a REST API that X-Ray records: the first requests of each second (`reservoir`), and a share of the
    others (`rate`; 0.05 is 5 %). X-Ray bills $5.00 per million recorded traces. With null, no rule is created and
    X-Ray's default applies: the first request of each second and 5 % of the others, which is every request of a service
    with little traffic. It has no effect for an HTTP API (`api_type`): there Lambda samples with a fixed rate.
  EOT
  type = object({
    rate      = optional(number, 0.05)
    reservoir = optional(number, 0)
  })
  default = {}

  validation {
    condition = try(
      var.trace_sampling.rate >= 0 && var.trace_sampling.rate <= 1,
      var.trace_sampling == null,
    )
    error_message = <<-EOT
      trace_sampling.rate must be from 0 (no request) to 1 (each request), such as 0.05 for 5 %; it is
      ${try(var.trace_sampling.rate, "null")}.
    EOT
  }

  validation {
    condition = try(
      var.trace_sampling.reservoir >= 0 && var.trace_sampling.reservoir <= 100 &&
      floor(var.trace_sampling.reservoir) == var.trace_sampling.reservoir,
      var.trace_sampling == null,
    )
    error_message = <<-EOT
      trace_sampling.reservoir must be a whole number of requests per second, from 0 (only the rate applies) to 100; it
      is ${try(var.trace_sampling.reservoir, "null")}.
    EOT
  }
}
