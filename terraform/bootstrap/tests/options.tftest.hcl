# Permissions for what only some environments have: domains, web ACLs and budgets. HTTP APIs are in api.tftest.hcl.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  environments = ["dev", "prod"]
}

run "roles_have_no_such_permissions_by_default" {
  command = plan

  assert {
    condition = (
      flatten([values(local.apply_options), values(local.read_options)]) == [] &&
      !contains(keys(local.plan_policies), "plan-options") &&
      alltrue([for topics in local.apply_topics : !contains(keys(topics), "options")])
    )
    error_message = "the roles have ${jsonencode([local.apply_options, local.read_options])}"
  }
}

run "roles_reach_only_the_domain_of_their_environment" {
  command = plan

  variables {
    domains = { dev = { name = "hooks.dev.example.com" } }
  }

  assert {
    condition = { for s in flatten(values(local.apply_topics.dev)) : s.Sid => [s.Action, s.Resource]
      if strcontains(jsonencode(s.Resource), "domainnames")
      } == {
      CreateDomain = [
        ["apigateway:POST", "apigateway:TagResource"], ["arn:aws:apigateway:eu-west-1::/domainnames"],
      ]
      ManageDomain = [
        ["apigateway:DELETE", "apigateway:PATCH", "apigateway:POST"],
        [
          "arn:aws:apigateway:eu-west-1::/domainnames/hooks.dev.example.com",
          "arn:aws:apigateway:eu-west-1::/domainnames/hooks.dev.example.com/*",
        ],
      ]
      ReadDomain = [
        ["apigateway:GET"],
        [
          "arn:aws:apigateway:eu-west-1::/domainnames/hooks.dev.example.com",
          "arn:aws:apigateway:eu-west-1::/domainnames/hooks.dev.example.com/*",
        ],
      ]
    }
    error_message = "the role has ${jsonencode(local.apply_options.dev)}"
  }

  assert {
    condition = [
      for s in local.apply_options.dev : s.Condition if s.Sid == "CreateDomain"
    ] == [{ StringEquals = local.request_tags.dev }]
    error_message = "a new domain needs no tags: ${jsonencode(local.apply_options.dev)}"
  }

  assert {
    condition     = jsonencode(local.plan_policies.plan-options) == jsonencode(local.read_options["apply-dev"])
    error_message = "the plan role reads ${jsonencode(local.plan_policies)}"
  }

  assert {
    condition     = !strcontains(jsonencode(local.apply_topics.prod), "domainnames")
    error_message = "the role of another environment reaches the domain"
  }
}

run "mutual_tls_needs_the_truststore" {
  command = plan

  variables {
    domains = {
      dev  = { name = "hooks.dev.example.com", truststore = "example-truststores/hookline/dev.pem" }
      prod = { name = "hooks.example.com" }
    }
  }

  assert {
    condition = {
      for s in local.apply_options.dev : s.Sid => [s.Action, s.Resource] if endswith(s.Sid, "Truststore")
      } == {
      SetTruststore = [
        ["apigateway:AddCertificateToDomain", "apigateway:RemoveCertificateFromDomain"],
        [
          "arn:aws:apigateway:eu-west-1::/domainnames",
          "arn:aws:apigateway:eu-west-1::/domainnames/hooks.dev.example.com",
        ],
      ]
      ReadTruststore = [
        ["s3:GetObject", "s3:GetObjectVersion"], ["arn:aws:s3:::example-truststores/hookline/dev.pem"],
      ]
    }
    error_message = "the role has ${jsonencode(local.apply_options.dev)}"
  }

  assert {
    condition     = !strcontains(jsonencode([local.apply_topics.prod, local.plan_policies]), "trust")
    error_message = "a role without mutual TLS has permissions for a truststore"
  }
}

# The association needs SetWebACL of the stage, and the stage must have the tags of the environment.
run "role_associates_only_the_listed_web_acl" {
  command = plan

  variables {
    web_acl_arns = { prod = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/rate/0a1b2c3d" }
  }

  assert {
    condition = { for s in local.apply_options.prod : s.Sid => [s.Action, s.Resource] } == {
      AssociateWebAcl = [
        ["wafv2:AssociateWebACL", "wafv2:DisassociateWebACL"],
        [
          "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/rate/0a1b2c3d",
          "arn:aws:apigateway:eu-west-1::/restapis/*/stages/*",
        ],
      ]
      SetWebAcl = [["apigateway:SetWebACL"], ["arn:aws:apigateway:eu-west-1::/restapis/*/stages/*"]]
    }
    error_message = "the role has ${jsonencode(local.apply_options.prod)}"
  }

  assert {
    condition = [
      for s in local.apply_options.prod : s.Condition if s.Sid == "SetWebAcl"
    ] == [{ StringEquals = local.resource_tags.prod }]
    error_message = "the role can set the web ACL of another environment: ${jsonencode(local.apply_options.prod)}"
  }

  assert {
    condition = jsonencode([for s in local.plan_policies.plan-options : [s.Sid, s.Action, s.Resource]]) == jsonencode([[
      "ReadWebAcl", ["wafv2:GetWebACL", "wafv2:GetWebACLForResource"],
      [
        "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/rate/0a1b2c3d",
        "arn:aws:apigateway:eu-west-1::/restapis/*/stages/*",
      ],
    ]])
    error_message = "the plan role reads ${jsonencode(local.plan_policies)}"
  }

  assert {
    condition     = !strcontains(jsonencode(local.apply_topics.dev), "WebACL")
    error_message = "the role of another environment associates a web ACL"
  }
}

run "roles_manage_budgets_by_their_names" {
  command = plan

  variables {
    budgets = true
  }

  assert {
    condition = { for s in flatten(values(local.apply_topics.dev)) : s.Sid => [s.Action, s.Resource]
      if endswith(s.Sid, "Budgets")
      } == {
      ManageBudgets = [
        ["budgets:ModifyBudget", "budgets:TagResource", "budgets:UntagResource"],
        ["arn:aws:budgets::123456789012:budget/hookline-dev"],
      ]
      ReadBudgets = [
        ["budgets:ListTagsForResource", "budgets:ViewBudget"], ["arn:aws:budgets::123456789012:budget/hookline-dev"],
      ]
    }
    error_message = "the role has ${jsonencode(local.apply_options.dev)}"
  }

  assert {
    condition = [for s in local.plan_policies.plan-options : s.Resource] == [[
      "arn:aws:budgets::123456789012:budget/hookline-dev", "arn:aws:budgets::123456789012:budget/hookline-prod",
    ]]
    error_message = "the plan role reads ${jsonencode(local.plan_policies)}"
  }

  assert {
    condition = local.prefixes.dev == "hookline-dev" && can(
      regex("\\n  name +=  *local.prefix\\n", file("../modules/hookline/budget.tf"))
    )
    error_message = "the root module gives its budget another name"
  }
}

run "plan_role_with_all_options_only_reads" {
  command = plan

  variables {
    http_api_ids = { dev = ["a1b2c3d4e5"] }
    domains      = { prod = { name = "hooks.example.com", truststore = "example-truststores/prod.pem" } }
    web_acl_arns = { prod = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/rate/0a1b2c3d" }
    budgets      = true
  }

  assert {
    condition = alltrue([
      for action in flatten([for s in flatten(values(local.plan_policies)) : s.Action]) :
      can(regex("^(apigateway:GET|budgets:ViewBudget|[a-z0-9-]+:(Describe|Get|List)[A-Za-z]+)$", action))
    ])
    error_message = "the plan role can write: ${jsonencode(local.plan_policies)}"
  }

  assert {
    condition = length(flatten(values(local.apply_options))) == 11 && alltrue(flatten([
      for s in flatten(values(local.apply_options)) : [for action in s.Action : !strcontains(action, "*")]
    ]))
    error_message = "a policy allows actions with a pattern, or lacks a statement: ${jsonencode(local.apply_options)}"
  }
}
