# Permissions to read what only some environments have, which the provider needs to refresh the root module's resources.
# A statement without resources is left out.

locals {
  http_api_arns = {
    for name in var.environments : name => flatten([
      for id in lookup(var.http_api_ids, name, []) : [for end in ["", "/*"] : "${local.api_arn}:/apis/${id}${end}"]
    ])
  }
  # The domain, and its mappings to APIs.
  domain_arns = {
    for name in var.environments : name => [
      for end in ["", "/*"] : "${local.api_arn}:/domainnames/${var.domains[name].name}${end}"
      if contains(keys(var.domains), name)
    ]
  }
  truststores = { for name in var.environments : name => try(var.domains[name].truststore, null) }
  # The web ACL and the stages that it can be associated with: HTTP APIs cannot have a web ACL.
  web_acl_resources = {
    for name in var.environments : name => flatten([
      for acl in [lookup(var.web_acl_arns, name, null)] : [acl, "${local.api_arn}:/restapis/*/stages/*"] if acl != null
    ])
  }
  # A budget has the environment's whole name, and no region.
  budget_arns = {
    for name, prefix in local.prefixes : name => [
      for budget in [prefix] : "${local.arn_prefix}:budgets::${local.account_id}:budget/${budget}" if var.budgets
    ]
  }

  read_options = {
    for reader, names in local.readers : reader => [
      for statement in [
        {
          Sid      = "ReadHttpApi"
          Effect   = "Allow"
          Action   = ["apigateway:GET"]
          Resource = flatten([for name in names : local.http_api_arns[name]])
        },
        {
          Sid      = "ReadDomain"
          Effect   = "Allow"
          Action   = ["apigateway:GET"]
          Resource = flatten([for name in names : local.domain_arns[name]])
        },
        {
          Sid      = "ReadWebAcl"
          Effect   = "Allow"
          Action   = ["wafv2:GetWebACL", "wafv2:GetWebACLForResource"]
          Resource = distinct(flatten([for name in names : local.web_acl_resources[name]]))
        },
        {
          Sid      = "ReadBudgets"
          Effect   = "Allow"
          Action   = ["budgets:ListTagsForResource", "budgets:ViewBudget"]
          Resource = flatten([for name in names : local.budget_arns[name]])
        },
      ] : statement if length(statement.Resource) > 0
    ]
  }
}
