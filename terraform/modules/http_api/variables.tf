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

  # The pattern excludes `$default`: URLs of that stage do not contain the stage's name.
  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,128}$", var.stage_name))
    error_message = "stage_name must be 1 to 128 letters, digits, hyphens or underscores; it is `${var.stage_name}`."
  }
}

variable "quota" {
  description = "Routes that AWS allows in the API."
  type        = number
  default     = 300
  nullable    = false
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

variable "timeout_seconds" {
  description = "Timeout of the function in seconds. The gateway waits two seconds longer."
  type        = number
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 28
    error_message = <<-EOT
      timeout_seconds must be 1 to 28, because an HTTP API waits for at most 30 seconds; it is ${var.timeout_seconds}.
    EOT
  }
}

variable "events_authorizer" {
  description = <<-EOT
    Issuer, client ids (`audience`) and scopes of the tokens that POST /events requires. Without it, the API has no such
    route.
  EOT
  type = object({
    issuer   = string
    audience = list(string)
    scopes   = list(string)
  })
  default = null

  validation {
    condition     = try(length(var.events_authorizer.scopes) > 0, var.events_authorizer == null)
    error_message = <<-EOT
      events_authorizer.scopes is empty. Add at least one scope: without scopes, API Gateway accepts tokens of any kind.
    EOT
  }

  validation {
    condition     = try(length(var.events_authorizer.audience) > 0, var.events_authorizer == null)
    error_message = "events_authorizer.audience is empty. Add the id of at least one client."
  }
}

variable "sources" {
  description = <<-EOT
    Sources by name, which is the last part of the path: requests per second (`rate`) and at the same time (`burst`)
    that the API accepts for each of the source's `methods` (POST, and GET and HEAD for handshakes).
  EOT
  type = map(object({
    throttle = object({ rate = number, burst = number })
    methods  = optional(list(string), ["POST"])
  }))
  nullable = false

  validation {
    condition = alltrue([
      for source in var.sources : contains(source.methods, "POST") &&
      length(setsubtract(source.methods, ["GET", "HEAD", "POST"])) == 0
    ])
    error_message = "The methods of a source must be POST and any of GET and HEAD."
  }
}

variable "throttle" {
  description = "Requests per second (`rate`) and at the same time (`burst`) that the API accepts for POST /events."
  type = object({
    rate  = number
    burst = number
  })
  nullable = false
}

variable "domain_name" {
  description = "Custom domain name that is mapped to the stage. It disables the API's own host name."
  type        = string
  default     = null
}

variable "access_log" {
  description = "Log group for the access log. Without it, the stage writes no access log."
  type = object({
    log_group_arn = string
  })
  default = null
}
