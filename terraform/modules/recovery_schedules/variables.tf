variable "name" {
  description = "Name of the group of schedules, and beginning of the name of its role."
  type        = string
  nullable    = false
}

variable "function_alias_arn" {
  description = "ARN of the alias of the function `recover`."
  type        = string
  nullable    = false
}

variable "every_minutes" {
  description = "Minutes between two runs, by source."
  type        = map(number)
  nullable    = false
}

variable "permissions_boundary" {
  description = "ARN of the policy that limits the role of the schedules; null for no boundary."
  type        = string
  default     = null
}
