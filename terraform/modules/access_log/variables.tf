variable "name" {
  description = "Name of the API"
  type        = string
  nullable    = false
}

variable "retention_days" {
  description = "Days that a line is kept"
  type        = number
  nullable    = false
}
