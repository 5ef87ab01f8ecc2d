# The budget: none by default, one filter and two e-mails with it.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "no_budget_by_default" {
  command = plan

  assert {
    condition     = length(module.budget) == 0
    error_message = "a budget exists"
  }
}

run "budget_counts_the_deployment" {
  command = plan

  module {
    source = "../budget"
  }

  variables {
    name        = "hookline-test"
    tag         = { key = "Deployment", value = "hookline-test" }
    monthly_usd = 200
    emails      = ["costs@example.com"]
  }

  assert {
    condition = one([
      for filter in aws_budgets_budget.this.cost_filter : filter if filter.name == "TagKeyValue"
    ]).values == tolist(["user:Deployment$hookline-test"])
    error_message = "the filter is ${jsonencode(aws_budgets_budget.this.cost_filter)}"
  }

  assert {
    condition = (
      aws_budgets_budget.this.limit_amount == "200" &&
      aws_budgets_budget.this.limit_unit == "USD" &&
      aws_budgets_budget.this.time_unit == "MONTHLY"
    )
    error_message = "the limit is not 200 US dollars a month"
  }

  assert {
    condition = toset([
      for notification in aws_budgets_budget.this.notification :
      [notification.notification_type, notification.threshold, tolist(notification.subscriber_email_addresses)[0]]
    ]) == toset([["ACTUAL", 100, "costs@example.com"], ["FORECASTED", 80, "costs@example.com"]])
    error_message = "the notifications are ${jsonencode(aws_budgets_budget.this.notification)}"
  }
}

run "budget_has_the_name_of_the_environment" {
  variables {
    budget = { monthly_usd = 50, emails = ["costs@example.com", "owner@example.com"] }
  }

  assert {
    condition     = module.budget[0].name == "hookline-test"
    error_message = "the budget is ${module.budget[0].name}"
  }
}

run "rejects_budget_without_limit" {
  command = plan

  variables {
    budget = { monthly_usd = 0, emails = ["costs@example.com"] }
  }

  expect_failures = [var.budget]
}

run "rejects_budget_without_addresses" {
  command = plan

  variables {
    budget = { monthly_usd = 50, emails = [] }
  }

  expect_failures = [var.budget]
}

run "rejects_budget_with_invalid_address" {
  command = plan

  variables {
    budget = { monthly_usd = 50, emails = ["costs"] }
  }

  expect_failures = [var.budget]
}
