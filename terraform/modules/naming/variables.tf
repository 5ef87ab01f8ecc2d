variable "name" {
  description = "Name of the service"
  type        = string
  nullable    = false

  # The longest name that is made of it is the bucket's, which S3 limits to 63 characters.
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,20}$", var.name))
    error_message = "name must be 2 to 21 lower-case letters, digits or hyphens and begin with a letter; it is '${var.name}'."
  }
}

variable "environment" {
  description = "Terraform workspace, which names the environment"
  type        = string
  nullable    = false
}
