variable "name" {
  description = "Name of the table."
  type        = string
  nullable    = false
}

variable "destination_names" {
  description = "Names of the destinations, which operators can pause."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether DynamoDB rejects the deletion of the table."
  type        = bool
  default     = true
  nullable    = false
}
