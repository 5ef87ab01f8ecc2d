variable "prefix" {
  description = "Name of the pool, and identifier of the resource server that scopes begin with"
  type        = string
  nullable    = false
}

variable "domain" {
  description = "First label of the token endpoint's host, unique in the region"
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.domain))
    error_message = "The Cognito domain '${var.domain}' must be 1 to 63 lower-case letters, digits or hyphens, with no hyphen at either end: set cognito_domain."
  }

  validation {
    condition     = !can(regex("aws|amazon|cognito", var.domain))
    error_message = "The Cognito domain '${var.domain}' holds 'aws', 'amazon' or 'cognito', which Cognito reserves: set cognito_domain to another."
  }
}

variable "deletion_protection" {
  description = "Whether the pool refuses to be deleted"
  type        = bool
  default     = true
  nullable    = false
}
