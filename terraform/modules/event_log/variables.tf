variable "name" {
  description = "Name of the table."
  type        = string
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether DynamoDB rejects the deletion of the table."
  type        = bool
  default     = true
  nullable    = false
}
