variable "prefix" {
  description = "Name of the user pool, and identifier of its resource server, which is the first part of each scope."
  type        = string
  nullable    = false
}

variable "domain" {
  description = "First label of the token endpoint's host name. It must be unique in the region."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.domain))
    error_message = <<-EOT
      The Cognito domain `${var.domain}` must be 1 to 63 lower-case letters, digits or hyphens, without a hyphen at
      either
      end. Set cognito_domain.
    EOT
  }

  validation {
    condition     = !can(regex("aws|amazon|cognito", var.domain))
    error_message = <<-EOT
      The Cognito domain `${var.domain}` contains `aws`, `amazon` or `cognito`, which are reserved words of Cognito.
      Set cognito_domain to another value.
    EOT
  }
}

variable "deletion_protection" {
  description = "Whether Cognito rejects the deletion of the user pool."
  type        = bool
  default     = true
  nullable    = false
}
