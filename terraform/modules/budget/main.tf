# A monthly budget that sends e-mails and stops nothing. AWS updates costs a few times a day, so an e-mail can come
# hours after the costs.
#
# The filter has one tag. How AWS Budgets combines two tags with different keys in a cost filter is not documented, and
# the provider's `filter_expression`, which has an `and`, exists only in version 6:
# https://github.com/hashicorp/terraform-provider-aws/issues/46866

resource "aws_budgets_budget" "this" {
  name         = var.name
  budget_type  = "COST"
  limit_amount = tostring(var.monthly_usd)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  # The tags of users have the prefix `user:`:
  # https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-create-filters.html
  cost_filter {
    name   = "TagKeyValue"
    values = [join("$", ["user:${var.tag.key}", var.tag.value])]
  }

  notification {
    notification_type          = "FORECASTED"
    comparison_operator        = "GREATER_THAN"
    threshold_type             = "PERCENTAGE"
    threshold                  = 80
    subscriber_email_addresses = var.emails
  }

  notification {
    notification_type          = "ACTUAL"
    comparison_operator        = "GREATER_THAN"
    threshold_type             = "PERCENTAGE"
    threshold                  = 100
    subscriber_email_addresses = var.emails
  }
}
