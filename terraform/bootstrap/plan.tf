# The plan role, for pull requests and the nightly drift check. It only reads: a plan with this role does not lock the
# state (`-lock=false`), because every user who can push a branch could otherwise remove the lock of an apply.

resource "aws_iam_role" "plan" {
  name               = "${local.bootstrap_prefix}-plan"
  description        = "Workflows of ${local.repositories[0]} plan every environment with this role."
  assume_role_policy = jsonencode(local.trust_policies.plan)

  depends_on = [aws_iam_openid_connect_provider.github]
}

resource "aws_iam_role_policy_attachment" "plan" {
  for_each = local.plan_policies

  role       = aws_iam_role.plan.name
  policy_arn = aws_iam_policy.this[each.key].arn
}

locals {
  plan_policies = {
    for topic, statements in {
      plan-storage       = local.read_storage.plan
      plan-tables        = local.read_tables.plan
      plan-functions     = local.read_functions.plan
      plan-api           = local.read_api.plan
      plan-observability = local.read_observability.plan
      plan-options       = local.read_options.plan
      plan-recovery      = local.read_recovery.plan
      plan-state         = local.plan_state
    } : topic => statements if length(statements) > 0
  }

  # A state has one secret: the AWS provider stores the secret of the Cognito client for POST /events, and
  # DescribeUserPoolClient returns it as well. The plan role can read it, so a user who can push a branch can post
  # events.
  plan_state = [
    local.list_states_statement,
    {
      Sid      = "ReadStates"
      Effect   = "Allow"
      Action   = ["s3:GetObject"]
      Resource = concat([local.default_state_object], values(local.state_objects))
    },
  ]
}
