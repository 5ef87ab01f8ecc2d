variable "name" {
  description = "Name of the service."
  type        = string
  nullable    = false

  # The longest name with this part is a bucket's name, which S3 limits to 63 characters.
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,20}$", var.name))
    error_message = <<-EOT
      name must be 2 to 21 lower-case letters, digits or hyphens and start with a letter; it is `${var.name}`.
    EOT
  }
}

variable "environment" {
  description = "Name of the environment, such as `dev` or `prod`."
  type        = string
  nullable    = false
}
