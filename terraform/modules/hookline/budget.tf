# AWS Budgets sends an e-mail when the environment costs more than expected. Without `budget`, there is no budget.

module "budget" {
  source = "../budget"
  count  = var.budget == null ? 0 : 1

  name        = local.prefix
  tag         = { key = "Deployment", value = local.prefix }
  monthly_usd = var.budget.monthly_usd
  emails      = var.budget.emails
}
