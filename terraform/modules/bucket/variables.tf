variable "bucket" {
  description = "Name of the bucket."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket))
    error_message = <<-EOT
      The bucket name `${var.bucket}` must be 3 to 63 lower-case letters, digits or hyphens.
      Shorten the service's or the environment's name, or set artifacts_bucket and payloads_bucket.
    EOT
  }
}

variable "versioned" {
  description = "Whether S3 keeps the old version of an object that is overwritten or deleted."
  type        = bool
  nullable    = false
}

variable "expiration_days" {
  description = "Days after which S3 deletes an object; null disables the expiration."
  type        = number
  default     = null
}

variable "prefix_expiration_days" {
  description = "Days after which S3 deletes an object with a prefix. Of several rules, the shortest applies."
  type        = map(number)
  default     = {}
  nullable    = false
}

variable "force_destroy" {
  description = "Whether destroy also deletes a bucket that contains objects."
  type        = bool
  default     = false
  nullable    = false
}
