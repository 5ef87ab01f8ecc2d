variable "name" {
  description = "Name of the function, its role and its log group."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9-_]{1,64}$", var.name))
    error_message = <<-EOT
      The function name `${var.name}` must be 1 to 64 letters, digits, hyphens or underscores. Shorten the prefix.
    EOT
  }
}

variable "description" {
  description = "Purpose of the function, in one line."
  type        = string
  nullable    = false
}

variable "package" {
  description = "Path of the zip file that contains `bootstrap`."
  type        = string
  nullable    = false

  validation {
    condition     = fileexists(var.package)
    error_message = "The package `${var.package}` does not exist. Build the functions, or correct the path."
  }
}

variable "artifacts_bucket" {
  description = "Name of the bucket for the package."
  type        = string
  nullable    = false
}

variable "architecture" {
  description = "Instruction set of the package: `arm64` or `x86_64`."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be `arm64` or `x86_64`; it is `${var.architecture}`."
  }
}

variable "memory_mb" {
  description = "Memory in MB. Lambda assigns CPU in proportion to it."
  type        = number
  default     = 256
  nullable    = false
}

variable "timeout_seconds" {
  description = "Time limit of one invocation, in seconds."
  type        = number
  nullable    = false
}

variable "reserved_concurrency" {
  description = <<-EOT
    Concurrent invocations that are reserved, which is also their limit; null uses the account's shared concurrency.
  EOT
  type        = number
  default     = null
}

variable "environment" {
  description = "Environment variables, without secrets."
  type        = map(string)
  nullable    = false
}

variable "policy_json" {
  description = "IAM policy of the function, in addition to logging and tracing."
  type        = string
  nullable    = false
}

variable "alias_name" {
  description = "Name of the alias that callers invoke."
  type        = string
  default     = "live"
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9-_]*[a-zA-Z-_][a-zA-Z0-9-_]*$", var.alias_name))
    error_message = <<-EOT
      alias_name must be letters, digits, hyphens or underscores, and must not be a number: a number is a version.
    EOT
  }
}

variable "log_retention_days" {
  description = "Days after which CloudWatch deletes the function's log lines."
  type        = number
  default     = 30
  nullable    = false
}

variable "permissions_boundary" {
  description = "ARN of the policy that limits the function's role; null for no boundary."
  type        = string
  default     = null
}

variable "traced" {
  description = "Whether Lambda records sampled invocations with X-Ray. Not every partition of AWS supports it."
  type        = bool
  default     = true
  nullable    = false
}
