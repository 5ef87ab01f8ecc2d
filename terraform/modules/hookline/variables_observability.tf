# What the service tells of itself, and to whom.

variable "alarms" {
  description = <<-EOT
    Who is told of alarms by e-mail (`emails`: each address gets a mail with a link, and alarms once somebody has followed
    it), and what is still in order. An alarm comes above these: seconds that an event waits in the intake queue
    (`oldest_message_seconds`); requests refused, attempts to deliver failed and 5xx answered in 5 minutes
    (`refusals_per_5_minutes`, `delivery_failures_per_5_minutes`, `api_server_errors_per_5_minutes`); seconds from an
    event's acceptance to its delivery, for 95 % of them (`delivery_age_seconds`).
  EOT
  type = object({
    emails                          = optional(list(string), [])
    oldest_message_seconds          = optional(number, 1800)
    refusals_per_5_minutes          = optional(number, 100)
    delivery_failures_per_5_minutes = optional(number, 20)
    delivery_age_seconds            = optional(number, 900)
    api_server_errors_per_5_minutes = optional(number, 1)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for email in var.alarms.emails : can(regex("^[^@\\s<>,;]+@[^@\\s<>,;]+\\.[^@\\s<>,;.]+$", email))])
    error_message = "alarms.emails takes addresses alone, such as oncall@example.com; correct ${join(", ", [for email in var.alarms.emails : try(coalesce(email), "none") if !can(regex("^[^@\\s<>,;]+@[^@\\s<>,;]+\\.[^@\\s<>,;.]+$", email))])}."
  }

  validation {
    condition     = length(distinct(var.alarms.emails)) == length(var.alarms.emails)
    error_message = "alarms.emails names an address twice; SNS keeps one subscription for it."
  }

  validation {
    condition     = alltrue([for name, number in var.alarms : number >= 0 && floor(number) == number if name != "emails"])
    error_message = "alarms takes whole numbers from 0 on; correct ${join(", ", [for name, number in var.alarms : name if name != "emails" && !try(number >= 0 && floor(number) == number, false)])}."
  }

  validation {
    condition     = var.alarms.oldest_message_seconds >= 60 && var.alarms.oldest_message_seconds < var.queue.retention_seconds
    error_message = "alarms.oldest_message_seconds must be 60 or more, since SQS tells ages by the minute, and below queue.retention_seconds (${var.queue.retention_seconds}): by then SQS has deleted the event."
  }

  validation {
    condition     = var.alarms.delivery_age_seconds >= 1
    error_message = "alarms.delivery_age_seconds must be 1 or more: above 0 is every delivery."
  }
}

variable "runbook_url" {
  description = "Where docs/runbook.md is read; the alarms and the dashboard link to it. Best the URL by which your repository shows it"
  type        = string
  default     = "docs/runbook.md"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9./:?=&%_~+@-]{1,300}$", var.runbook_url))
    error_message = "runbook_url must be a URL or a path of at most 300 characters, without spaces, quotes and fragment: an alarm's name is put behind it as the fragment."
  }
}

variable "saved_queries" {
  description = "Whether there are saved queries for Logs Insights over the functions' logs"
  type        = bool
  default     = true
  nullable    = false
}

variable "access_logs" {
  description = <<-EOT
    Whether API Gateway logs each request, also those that ingest never sees. A REST API writes by a role that is set once
    for an account and region; the bootstrap sets it (`api_gateway_logs_role`). Where none is set, the apply fails at the
    stage with "CloudWatch Logs role ARN must be set in account settings to enable logging": apply the bootstrap, or have
    the role set by whoever keeps the account, and apply again; or turn this off. An HTTP API (`api_type`) needs no role.
  EOT
  type        = bool
  default     = true
  nullable    = false
}

variable "trace_sampling" {
  description = <<-EOT
    How many requests of a REST API X-Ray records: of each second the first few (`reservoir`), and of the others a share
    (`rate`, 0.05 is 5 %). X-Ray bills each trace that is recorded, $5.00 a million. null makes no rule, and X-Ray's
    default holds: the first request of each second and 5 % of the others, on a quiet service all of them. Also for
    emulators, which have no sampling rules. For an HTTP API (`api_type`) it says nothing: there Lambda samples, by a rate
    that nobody can change.
  EOT
  type = object({
    rate      = optional(number, 0.05)
    reservoir = optional(number, 0)
  })
  default = {}

  validation {
    condition     = try(var.trace_sampling.rate >= 0 && var.trace_sampling.rate <= 1, var.trace_sampling == null)
    error_message = "trace_sampling.rate is a share from 0 (none) to 1 (every request): write 0.05 for 5 %; it is ${try(var.trace_sampling.rate, "null")}."
  }

  validation {
    condition = try(
      var.trace_sampling.reservoir >= 0 && var.trace_sampling.reservoir <= 100 && floor(var.trace_sampling.reservoir) == var.trace_sampling.reservoir,
      var.trace_sampling == null,
    )
    error_message = "trace_sampling.reservoir must be a whole number of requests a second, from 0 to 100: 0 leaves all to the rate; it is ${try(var.trace_sampling.reservoir, "null")}."
  }
}
