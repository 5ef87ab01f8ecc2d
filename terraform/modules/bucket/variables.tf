variable "bucket" {
  description = "Name of the bucket"
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "The bucket '${var.bucket}' must be 3 to 63 lower-case letters, digits or hyphens: shorten the name or the workspace, or set artifacts_bucket and payloads_bucket."
  }
}

variable "versioned" {
  description = "Whether an object that is written over or deleted is kept as an older version"
  type        = bool
  nullable    = false
}

variable "expiration_days" {
  description = "Days after which an object is deleted; null keeps all"
  type        = number
  default     = null
}

variable "force_destroy" {
  description = "Whether destroy also removes a bucket that holds objects"
  type        = bool
  default     = false
  nullable    = false
}
