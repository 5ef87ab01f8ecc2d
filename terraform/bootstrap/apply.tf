# The apply roles. Each environment has one; it creates and changes only the resources of that environment. An apply
# role cannot read secrets, payloads or messages. It does deploy the code that reads them and writes the policies of
# buckets and queues, so a user of the role must be trusted with this data.

resource "aws_iam_role" "apply" {
  for_each = var.environments

  name               = "${local.bootstrap_prefix}-apply-${each.key}"
  description        = "Workflows of ${local.repositories[0]} apply ${each.key} with this role."
  assume_role_policy = jsonencode(local.trust_policies["apply-${each.key}"])

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
    for name in var.environments : name => { for topic, statements in {
      read = flatten([
        for statements in [local.read_storage, local.read_tables, local.read_functions, local.read_api] :
        statements["apply-${name}"]
      ])
      storage       = local.apply_storage[name]
      functions     = local.apply_functions[name]
      api           = local.apply_api[name]
      observability = concat(local.read_observability["apply-${name}"], local.apply_observability[name])
      options       = concat(local.read_options["apply-${name}"], local.apply_options[name])
      recovery      = concat(local.read_recovery["apply-${name}"], local.apply_recovery[name])
      guard         = local.apply_guard[name]
    } : topic => statements if length(statements) > 0 }
  }

  apply_policies = merge([
    for name, policies in local.apply_topics : {
      for topic, statements in policies : "apply-${name}-${topic}" => statements
    }
  ]...)

  apply_guard = {
    for name in var.environments : name => [
      local.list_states_statement,
      # `terraform init` reads the state of the default workspace before another workspace can be selected. That state
      # does not exist, because the root module rejects the default workspace.
      {
        Sid      = "ReadDefaultState"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = [local.default_state_object]
      },
      {
        Sid      = "WriteState"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = [local.state_objects[name]]
      },
      {
        Sid      = "LockState"
        Effect   = "Allow"
        Action   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
        Resource = ["${local.state_objects[name]}.tflock"]
      },
      # No policy allows these actions. The denial also holds if a later policy allows one of them by mistake.
      {
        Sid    = "DenyBootstrap"
        Effect = "Deny"
        Action = ["iam:*"]
        # IAM is global. The pattern also covers the bootstraps of other regions: each label begins with `bootstrap`.
        Resource = [
          "${local.iam_arn}:role/${var.name}-bootstrap*",
          "${local.iam_arn}:policy/${var.name}-bootstrap*",
          local.oidc_arn,
        ]
      },
      {
        Sid      = "DenyBoundaryRemoval"
        Effect   = "Deny"
        Action   = ["iam:DeleteRolePermissionsBoundary"]
        Resource = ["*"]
      },
      # A function's role trusts Lambda from its creation on, and that never changes. Another principal could use
      # the role and read the secrets of the sources, also after the session of the apply role.
      {
        Sid      = "DenyTrustChanges"
        Effect   = "Deny"
        Action   = ["iam:UpdateAssumeRolePolicy"]
        Resource = ["*"]
      },
    ]
  }
}
