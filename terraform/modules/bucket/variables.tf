variable "bucket" {
  description = "Name of the bucket"
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "The bucket '${var.bucket}' must be 3 to 63 lower-case letters, digits or hyphens: shorten the name or the workspace, or set artifacts_bucket."
  }
}

variable "force_destroy" {
  description = "Whether destroy also removes a bucket that holds objects"
  type        = bool
  default     = false
  nullable    = false
}
