# The role that plans, in pull requests and at night: it reads, and changes nothing but locks.

resource "aws_iam_role" "plan" {
  name               = "${local.own}-plan"
  description        = "Plans every environment for ${local.repositories[0]}"
  assume_role_policy = jsonencode(local.trust.plan)

  depends_on = [aws_iam_openid_connect_provider.github]
}

resource "aws_iam_role_policy_attachment" "plan" {
  for_each = local.plan_policies

  role       = aws_iam_role.plan.name
  policy_arn = aws_iam_policy.this[each.key].arn
}

locals {
  plan_policies = {
    plan-storage       = local.reads_storage.plan
    plan-functions     = local.reads_functions.plan
    plan-api           = local.reads_api.plan
    plan-observability = local.reads_observability.plan
    plan-state         = local.plan_state
  }

  # A state holds one secret: that of the Cognito client for POST /events, which the provider puts there, and which
  # DescribeUserPoolClient would tell as well. Who may plan can read it, so who may push a branch can post events.
  plan_state = [
    local.list_states,
    {
      Sid      = "ReadStates"
      Effect   = "Allow"
      Action   = ["s3:GetObject"]
      Resource = concat([local.default_state], values(local.states))
    },
    {
      Sid      = "LockStates"
      Effect   = "Allow"
      Action   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
      Resource = [for state in concat([local.default_state], values(local.states)) : "${state}.tflock"]
    },
  ]
}
