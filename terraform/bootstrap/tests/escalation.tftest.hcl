# That an apply role cannot give itself, or a role that it makes, more than it has.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  environments = ["dev", "prod"]
}

# Every action on IAM there is, each in one statement: what gives a role rights asks for the boundary.
run "roles_get_rights_only_within_the_boundary" {
  command = plan

  assert {
    condition = { for s in flatten(values(local.apply_topics.dev)) : s.Sid => s.Action if s.Effect == "Allow" && anytrue([for action in s.Action : startswith(action, "iam:")]) } == {
      ChangeRoles = [
        "iam:DeleteRole", "iam:ListInstanceProfilesForRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy",
        "iam:UpdateRole", "iam:UpdateRoleDescription",
      ]
      MakeApiGatewaysRole = ["iam:CreateServiceLinkedRole"]
      MakeBoundRoles      = ["iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"]
      PassRolesToLambda   = ["iam:PassRole"]
      ReadRoles           = ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"]
    }
    error_message = "the role may do to IAM: ${jsonencode({ for s in flatten(values(local.apply_topics.dev)) : s.Sid => s.Action if anytrue([for action in s.Action : startswith(action, "iam:")]) })}"
  }

  assert {
    condition = alltrue([for s in flatten(values(local.apply_topics.dev)) : s.Resource == ["arn:aws:iam::123456789012:role/hookline-dev-*"]
      if contains(["ChangeRoles", "MakeBoundRoles", "PassRolesToLambda", "ReadRoles"], s.Sid)
    ])
    error_message = "the role reaches roles that are not its environment's"
  }
}

run "what_is_made_here_is_denied_to_it" {
  command = plan

  assert {
    condition = [for s in local.apply_guard.dev : s if s.Effect == "Deny"] == [
      {
        Sid    = "DenyBootstrap"
        Effect = "Deny"
        Action = ["iam:*"]
        Resource = [
          "arn:aws:iam::123456789012:role/hookline-bootstrap-*",
          "arn:aws:iam::123456789012:policy/hookline-bootstrap-*",
          "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
        ]
      },
      {
        Sid      = "DenyUnboundRoles"
        Effect   = "Deny"
        Action   = ["iam:DeleteRolePermissionsBoundary"]
        Resource = ["*"]
      },
    ]
    error_message = "denied are ${jsonencode([for s in local.apply_guard.dev : s if s.Effect == "Deny"])}"
  }

  # The denial is by prefix, so everything that it is for has to have it.
  assert {
    condition = alltrue([for name in concat(
      [aws_iam_role.plan.name], [for role in concat(values(aws_iam_role.apply), aws_iam_role.api_logs) : role.name],
      [for policy in aws_iam_policy.this : policy.name], [for policy in aws_iam_policy.boundary : policy.name],
    ) : startswith(name, "hookline-bootstrap-")])
    error_message = "something that is made here has a name that is not denied"
  }
}

run "it_names_each_action" {
  command = plan

  assert {
    condition     = alltrue(flatten([for s in flatten(values(merge(local.apply_policies, local.plan_policies))) : [for action in s.Action : !strcontains(action, "*")] if s.Effect == "Allow"]))
    error_message = "a policy allows actions by a pattern"
  }
}

# Nor may it read what passes through the service, other than by what it deploys.
run "it_reads_no_secret_message_or_payload" {
  command = plan

  assert {
    condition     = length(setintersection(flatten(flatten(values(local.apply_topics.dev))[*].Action), ["secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:PutResourcePolicy", "sqs:ReceiveMessage", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan", "logs:GetLogEvents", "kms:Decrypt", "lambda:InvokeFunction", "sts:AssumeRole"])) == 0
    error_message = "the role reads what passes through the service"
  }

  assert {
    condition     = alltrue(flatten([for s in flatten(values(local.apply_topics.dev)) : [for resource in s.Resource : !strcontains(resource, "payloads")] if contains(s.Action, "s3:GetObject")]))
    error_message = "the role reads payloads"
  }
}
