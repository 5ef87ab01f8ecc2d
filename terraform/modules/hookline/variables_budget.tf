# A limit of what an environment costs. Throttles limit what a flood of requests can cost; a budget reports it.

variable "budget" {
  description = <<-EOT
    Monthly budget of the environment: its limit in US dollars (`monthly_usd`), and the addresses that AWS sends an
    e-mail to when the forecast exceeds 80 % of the limit or the actual costs exceed 100 % (`emails`, 1 to 10). null
    creates none. The budget counts the costs with the tag `Deployment`, which the provider must set on all resources
    and which must be activated as a cost allocation tag in the Billing console first. The apply role needs `budgets` of
    the bootstrap.
  EOT
  type = object({
    monthly_usd = number
    emails      = set(string)
  })
  default = null

  validation {
    condition = var.budget == null || try(
      var.budget.monthly_usd >= 1 && length(var.budget.emails) >= 1 && length(var.budget.emails) <= 10 &&
      alltrue([for email in var.budget.emails : can(regex("^[^@\\s]+@[^@\\s]+$", email))]),
      false,
    )
    error_message = <<-EOT
      budget needs `monthly_usd` of at least 1, and `emails` with 1 to 10 addresses, such as costs@example.com.
    EOT
  }
}
