variable "name" {
  description = "Name of the budget."
  type        = string
  nullable    = false
}

variable "tag" {
  description = "Tag of the resources whose costs count. It must be active as a cost allocation tag."
  type = object({
    key   = string
    value = string
  })
  nullable = false
}

variable "monthly_usd" {
  description = "Limit in US dollars for each calendar month."
  type        = number
  nullable    = false
}

variable "emails" {
  description = "Addresses that AWS sends e-mails to, at most 10."
  type        = set(string)
  nullable    = false
}
