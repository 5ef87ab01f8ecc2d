variable "prefix" {
  description = "First part of every alarm's and saved query's name, name of the dashboard, and the metrics' dimension `service`"
  type        = string
  nullable    = false
}

variable "alarms" {
  description = "Who is told of alarms by e-mail, and what is still in order: each alarm comes above its number"
  type = object({
    emails                          = list(string)
    oldest_message_seconds          = number
    refusals_per_5_minutes          = number
    delivery_failures_per_5_minutes = number
    delivery_age_seconds            = number
    api_server_errors_per_5_minutes = number
  })
  nullable = false
}

variable "runbook_url" {
  description = "Where the runbook is read; an alarm's name behind it is the alarm's section"
  type        = string
  nullable    = false
}

variable "saved_queries" {
  description = "Whether there are saved queries over the functions' logs"
  type        = bool
  default     = true
  nullable    = false
}

variable "functions" {
  description = "Name of each function"
  type = object({
    ingest  = string
    process = string
  })
  nullable = false
}

variable "log_groups" {
  description = "Name of each function's log group"
  type = object({
    ingest  = string
    process = string
  })
  nullable = false
}

variable "queues" {
  description = "Name of each queue"
  type = object({
    intake = string
    dlq    = string
  })
  nullable = false
}

variable "api" {
  description = "Type of the API (rest or http), its id and name, and the name of its stage"
  type = object({
    type       = string
    id         = string
    name       = string
    stage_name = string
  })
  nullable = false

  validation {
    condition     = contains(["rest", "http"], var.api.type)
    error_message = "api.type must be 'rest' or 'http'; it is '${var.api.type}'."
  }
}
