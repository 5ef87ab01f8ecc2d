variable "name" {
  description = "Name of the function, its role and its log group"
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9-_]{1,64}$", var.name))
    error_message = "The function's name '${var.name}' must be 1 to 64 letters, digits, hyphens or underscores: shorten the prefix."
  }
}

variable "description" {
  description = "What the function does, in one line"
  type        = string
  nullable    = false
}

variable "package" {
  description = "Path of the zip file that holds `bootstrap`"
  type        = string
  nullable    = false

  validation {
    condition     = fileexists(var.package)
    error_message = "There is no package at '${var.package}': build the functions first, or correct the path."
  }
}

variable "artifacts_bucket" {
  description = "Name of the bucket that takes the package"
  type        = string
  nullable    = false
}

variable "architecture" {
  description = "Instruction set that the package is built for"
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be 'arm64' or 'x86_64'; it is '${var.architecture}'."
  }
}

variable "memory_mb" {
  description = "Memory in MB; CPU grows with it"
  type        = number
  default     = 256
  nullable    = false
}

variable "timeout_seconds" {
  description = "Seconds that one call may take"
  type        = number
  nullable    = false
}

variable "reserved_concurrency" {
  description = "Calls at the same time that are reserved, and the limit of them; null shares the account's"
  type        = number
  default     = null
}

variable "environment" {
  description = "Environment variables, without secrets"
  type        = map(string)
  nullable    = false
}

variable "policy_json" {
  description = "Policy of what the function may do beside logging and tracing"
  type        = string
  nullable    = false
}

variable "alias_name" {
  description = "Name of the alias that callers use"
  type        = string
  default     = "live"
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9-_]*[a-zA-Z-_][a-zA-Z0-9-_]*$", var.alias_name))
    error_message = "alias_name must hold letters, digits, hyphens or underscores, and not be a number: Lambda would read that as a version."
  }
}

variable "pinned_version" {
  description = "Published version that the alias is held at; null follows the latest"
  type        = string
  default     = null

  validation {
    condition     = var.pinned_version == null || can(regex("^[1-9][0-9]*$", var.pinned_version))
    error_message = "pinned_version must be the number of a published version, such as \"12\"; remove it to follow the latest."
  }
}

variable "log_retention_days" {
  description = "Days that the function's logs are kept"
  type        = number
  default     = 30
  nullable    = false
}

variable "permissions_boundary" {
  description = "ARN of the policy that bounds what the function's role may ever do; null for none"
  type        = string
  default     = null
}
