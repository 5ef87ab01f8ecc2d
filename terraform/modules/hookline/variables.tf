# Who and where. What is received and delivered is in variables_routing.tf, how much and how long in variables_limits.tf,
# what is watched in variables_observability.tf.

variable "name" {
  description = "Name of the service; names in AWS begin with <name>-<workspace>"
  type        = string
  default     = "hookline"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,20}$", var.name))
    error_message = "name must be 2 to 21 lower-case letters, digits or hyphens and begin with a letter; it is '${var.name}'."
  }
}

variable "environment" {
  description = "Name of the environment, such as `dev` or `prod`; names in AWS begin with <name>-<environment>."
  type        = string
  nullable    = false
}

variable "region" {
  description = "AWS region that everything is made in"
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be the code of an AWS region, such as eu-west-1; it is '${var.region}'."
  }
}

variable "packages" {
  description = "Paths of the zip files that hold each function's `bootstrap`"
  type = object({
    ingest  = string
    process = string
  })
  nullable = false

  validation {
    condition     = alltrue([for path in values(var.packages) : try(fileexists(path), false)])
    error_message = "There is no file at ${join(", ", [for path in values(var.packages) : coalesce(path, "(null)") if !try(fileexists(path), false)])}: build the functions first, or correct packages (destroy and rollback need them too)."
  }
}

variable "architecture" {
  description = "Instruction set that the packages are built for: arm64 or x86_64"
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be 'arm64' or 'x86_64', whichever the packages were built for; it is '${var.architecture}'."
  }
}

variable "pinned_versions" {
  description = "Published version that each function's alias is held at, for a rollback; null follows the latest"
  type = object({
    ingest  = optional(string)
    process = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for pin in values(var.pinned_versions) : pin == null || can(regex("^[1-9][0-9]*$", pin))])
    error_message = "pinned_versions takes numbers of published versions, such as \"12\"; remove an entry to follow the latest."
  }
}

variable "log_level" {
  description = "Least severe level that the functions log: error, warn, info or debug"
  type        = string
  default     = "info"
  nullable    = false

  validation {
    condition     = contains(["error", "warn", "info", "debug"], var.log_level)
    error_message = "log_level must be one of error, warn, info, debug; it is '${var.log_level}'."
  }
}

variable "permissions_boundary" {
  description = "ARN of the policy that bounds what the functions' roles may ever do: the bootstrap's permissions_boundary_arns for this workspace. The apply role makes no role without it; null where somebody else applies"
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:[a-z-]+:iam::[0-9]{12}:policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary must be the ARN of an IAM policy; it is '${coalesce(var.permissions_boundary, "null")}'."
  }
}

variable "api_type" {
  description = <<-EOT
    Which API of API Gateway stands in front: "rest" or "http". The REST API can have a firewall (WAF), traces, and answers
    in our form of a problem where it refuses by itself; LocalStack's community image has it. The HTTP API costs $1.00
    instead of $3.50 a million requests and checks tokens by a JWT authorizer of its own. The routes are the same, the URL
    is another: whoever changes the type has to tell every sender.
  EOT
  type        = string
  default     = "rest"
  nullable    = false

  validation {
    condition     = contains(["rest", "http"], var.api_type)
    error_message = "api_type must be 'rest' or 'http'; it is '${var.api_type}'."
  }
}

variable "identity_enabled" {
  description = "Whether there is a user pool and with it POST /events. Turning it off deletes the pool with every client in it, once force_destroy has been applied"
  type        = bool
  default     = true
  nullable    = false
}

variable "cognito_domain" {
  description = "First label of the token endpoint's host; null makes <prefix>-<account id>"
  type        = string
  default     = null
}

variable "artifacts_bucket" {
  description = "Name for the bucket of packages; null makes <prefix>-artifacts-<account id>"
  type        = string
  default     = null
}

variable "payloads_bucket" {
  description = "Name for the bucket of large payloads; null makes <prefix>-payloads-<account id>"
  type        = string
  default     = null
}

variable "force_destroy" {
  description = "Whether destroy also removes a bucket that holds objects and a protected user pool; for environments that come and go. It takes effect at the apply before the destroy: apply with it first"
  type        = bool
  default     = false
  nullable    = false
}
