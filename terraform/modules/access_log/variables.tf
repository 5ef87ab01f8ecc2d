variable "name" {
  description = "Name of the API."
  type        = string
  nullable    = false
}

variable "retention_days" {
  description = "Days after which CloudWatch deletes a log line."
  type        = number
  nullable    = false
}
