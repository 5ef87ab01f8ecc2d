variable "name" {
  description = "Name of the table"
  type        = string
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether the table refuses to be deleted"
  type        = bool
  default     = true
  nullable    = false
}
