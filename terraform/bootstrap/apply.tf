# A role for each environment, which makes and changes what its name says and nothing else. It cannot read a secret, a
# payload or a message; but it deploys the code that can, and writes the policies of buckets and queues, so who may apply
# is trusted with all of them.

resource "aws_iam_role" "apply" {
  for_each = var.environments

  name               = "${local.own}-apply-${each.key}"
  description        = "Applies ${each.key} for ${local.repositories[0]}"
  assume_role_policy = jsonencode(local.trust["apply-${each.key}"])

  depends_on = [aws_iam_openid_connect_provider.github]
}

resource "aws_iam_role_policy_attachment" "apply" {
  for_each = merge([
    for name, policies in local.apply_topics : { for topic in keys(policies) : "apply-${name}-${topic}" => name }
  ]...)

  role       = aws_iam_role.apply[each.value].name
  policy_arn = aws_iam_policy.this[each.key].arn
}

locals {
  apply_topics = {
    for name in var.environments : name => {
      read          = flatten([for reads in [local.reads_storage, local.reads_functions, local.reads_api] : reads["apply-${name}"]])
      storage       = local.apply_storage[name]
      functions     = local.apply_functions[name]
      api           = local.apply_api[name]
      observability = concat(local.reads_observability["apply-${name}"], local.apply_observability[name])
      guard         = local.apply_guard[name]
    }
  }

  apply_policies = merge([
    for name, policies in local.apply_topics : { for topic, statements in policies : "apply-${name}-${topic}" => statements }
  ]...)

  apply_guard = {
    for name in var.environments : name => [
      local.list_states,
      # `terraform init` looks at the default workspace's state before another can be selected. There is none: the root
      # module refuses that workspace.
      {
        Sid      = "MissDefaultState"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = [local.default_state]
      },
      {
        Sid      = "KeepState"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = [local.states[name]]
      },
      {
        Sid      = "LockState"
        Effect   = "Allow"
        Action   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
        Resource = ["${local.states[name]}.tflock"]
      },
      # Nothing allows any of this; a later policy that does by mistake changes nothing.
      {
        Sid    = "DenyBootstrap"
        Effect = "Deny"
        Action = ["iam:*"]
        Resource = [
          "${local.iam}:role/${local.own}-*",
          "${local.iam}:policy/${local.own}-*",
          local.oidc_arn,
        ]
      },
      {
        Sid      = "DenyUnboundRoles"
        Effect   = "Deny"
        Action   = ["iam:DeleteRolePermissionsBoundary"]
        Resource = ["*"]
      },
    ]
  }
}
