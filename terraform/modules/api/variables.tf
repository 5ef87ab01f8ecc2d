variable "name" {
  description = "Name of the API."
  type        = string
  nullable    = false
}

variable "stage_name" {
  description = "Name of the stage."
  type        = string
  default     = "live"
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,128}$", var.stage_name))
    error_message = "stage_name must be 1 to 128 letters, digits, hyphens or underscores; it is `${var.stage_name}`."
  }
}

variable "function" {
  description = "Function that all routes invoke through its alias. The permissions are for the same alias."
  type = object({
    name             = string
    alias_name       = string
    alias_invoke_arn = string
  })
  nullable = false
}

variable "events_authorizer" {
  description = "User pool and scopes that POST /events requires. Without it, the API has no such route."
  type = object({
    user_pool_arn = string
    scopes        = list(string)
  })
  default = null

  validation {
    condition     = try(length(var.events_authorizer.scopes) > 0, var.events_authorizer == null)
    error_message = <<-EOT
      events_authorizer.scopes is empty. Add at least one scope: without scopes, API Gateway does not accept access
      tokens.
    EOT
  }
}

variable "throttle" {
  description = "Requests per second (`rate`) and at the same time (`burst`) that the stage accepts."
  type = object({
    rate  = number
    burst = number
  })
  nullable = false
}

variable "access_log" {
  description = "Log group for the access log. Without it, the stage writes no access log."
  type = object({
    log_group_arn = string
  })
  default = null
}

variable "trace_sampling" {
  description = <<-EOT
    Share of the requests that X-Ray records (`rate`), after a number of requests per second that it always records
    (`reservoir`). With null, X-Ray's default rule applies.
  EOT
  type = object({
    rate      = number
    reservoir = number
  })
  default = null
}
