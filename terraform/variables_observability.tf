# Generated from terraform/modules/hookline/variables_observability.tf:
# edit that file, then run `.ci/terraform-interface --write`.

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
}

variable "runbook_url" {
  description = "URL of docs/runbook.md, such as its page in your repository. The alarms and the dashboard link to it."
  type        = string
  default     = "docs/runbook.md"
  nullable    = false
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
}
