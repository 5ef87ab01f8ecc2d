variable "prefix" {
  description = <<-EOT
    First part of the names of alarms and saved queries, name of the dashboard, and value of the metrics' dimension
    `service`.
  EOT
  type        = string
  nullable    = false
}

variable "alarms" {
  description = "E-mail addresses that get alarms, and the thresholds: an alarm is raised above its threshold."
  type = object({
    emails                           = list(string)
    oldest_message_seconds           = number
    retry_oldest_message_seconds     = number
    rejections_per_5_minutes         = number
    throttled_requests_per_5_minutes = number
    delivery_failures_per_5_minutes  = number
    delivery_age_seconds             = number
    api_server_errors_per_5_minutes  = number
    silent_sources                   = optional(map(number), {})
  })
  nullable = false
}

variable "alarms_key_alias" {
  description = "Alias of the KMS key that encrypts the topic for alarms; null for a topic without a key of its own."
  type        = string
  default     = null
}

variable "runbook_url" {
  description = "URL of the runbook. Links append the name of an alarm as the fragment."
  type        = string
  nullable    = false
}

variable "saved_queries" {
  description = "Whether saved queries for the functions' logs are created."
  type        = bool
  default     = true
  nullable    = false
}

variable "functions" {
  description = "Name of each function."
  type = object({
    ingest  = string
    process = string
  })
  nullable = false
}

variable "log_groups" {
  description = "Name of each function's log group."
  type = object({
    ingest  = string
    process = string
  })
  nullable = false
}

variable "recovery" {
  description = <<-EOT
    Name of the function `recover`, the longest time between two of its runs for a source, and the seconds without a
    complete list of GitHub's deliveries above which an alarm is raised; null without the function.
  EOT
  type = object({
    function_name    = string
    interval_minutes = number
    lag_seconds      = number
  })
  default = null
}

variable "access_log_group" {
  description = "Name of the log group of the API's access log, in which throttled requests are counted; null for none."
  type        = string
  default     = null
}

variable "account_concurrency" {
  description = "Concurrent executions that Lambda allows for the account in the region."
  type        = number
  nullable    = false
}

variable "queues" {
  description = "Name of each queue."
  type = object({
    intake = string
    retry  = string
    dlq    = string
  })
  nullable = false
}

variable "api" {
  description = "Type of the API (`rest` or `http`), its id and name, and the name of its stage."
  type = object({
    type       = string
    id         = string
    name       = string
    stage_name = string
  })
  nullable = false

  validation {
    condition     = contains(["rest", "http"], var.api.type)
    error_message = "api.type must be `rest` or `http`; it is `${var.api.type}`."
  }
}
