variable "name" {
  description = "Name of the API"
  type        = string
  nullable    = false
}

variable "stage_name" {
  description = "Name of the one stage"
  type        = string
  default     = "live"
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,128}$", var.stage_name))
    error_message = "stage_name must be 1 to 128 letters, digits, hyphens or underscores."
  }
}

variable "function" {
  description = "The function behind every route, by its alias: the same alias is called and permitted"
  type = object({
    name             = string
    alias_name       = string
    alias_invoke_arn = string
  })
  nullable = false
}

variable "events_authorizer" {
  description = "User pool and scopes that POST /events asks for; null leaves the route out"
  type = object({
    user_pool_arn = string
    scopes        = list(string)
  })
  default = null

  validation {
    condition     = try(length(var.events_authorizer.scopes) > 0, var.events_authorizer == null)
    error_message = "events_authorizer.scopes must name at least one scope: without one, API Gateway would not take access tokens."
  }
}

variable "throttle" {
  description = "Requests a second (rate), and at once (burst), that the stage lets through"
  type = object({
    rate  = number
    burst = number
  })
  nullable = false
}

variable "access_log" {
  description = "Log group that takes the access log; null writes none"
  type = object({
    log_group_arn = string
  })
  default = null
}

variable "trace_sampling" {
  description = "Share of requests that X-Ray records (rate), after so many each second that it records anyway (reservoir); null leaves it to X-Ray's default rule"
  type = object({
    rate      = number
    reservoir = number
  })
  default = null
}
