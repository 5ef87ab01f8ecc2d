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

variable "quota" {
  description = "Resources that AWS allows in the API."
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

variable "sources" {
  description = <<-EOT
    Sources by name, which is the last part of the path: requests per second (`rate`) and at the same time (`burst`)
    that the API accepts for each of the source's `methods` (POST, and GET and HEAD for handshakes), and the networks
    that may send them (`allowed_ips`, in CIDR notation; null for all).
  EOT
  type = map(object({
    throttle    = object({ rate = number, burst = number })
    methods     = optional(list(string), ["POST"])
    allowed_ips = optional(list(string))
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

variable "web_acl_arn" {
  description = "ARN of a web ACL of AWS WAF that checks each request; null for none."
  type        = string
  default     = null
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
