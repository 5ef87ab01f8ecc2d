# Generated from terraform/modules/hookline/variables_budget.tf:
# edit that file, then run `.ci/terraform-interface --write`.

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
}
