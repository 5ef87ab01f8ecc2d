variable "prefix" {
  description = "First part of the name of each secret."
  type        = string
  nullable    = false
}

variable "sources" {
  description = "Names of the sources, each of which gets a signing secret."
  type        = set(string)
  nullable    = false
}

variable "destinations" {
  description = "Names of the destinations that need a credential."
  type        = set(string)
  nullable    = false
}

variable "recoveries" {
  description = "Names of the sources that need a credential for GitHub's API."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "recovery_window_in_days" {
  description = "Days for which a deleted secret can be restored; 0 deletes it at once and releases its name."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition = (
      var.recovery_window_in_days == 0 || (var.recovery_window_in_days >= 7 && var.recovery_window_in_days <= 30)
    )
    error_message = <<-EOT
      recovery_window_in_days must be 0 or 7 to 30, as Secrets Manager requires; it is ${var.recovery_window_in_days}.
    EOT
  }
}
