# An apply role cannot give itself, or a role that it creates, more permissions than it has.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  environments = ["dev", "prod"]
}

# This is every IAM action of the role, each in one statement. Actions that add permissions require the boundary.
run "permissions_are_granted_only_within_the_boundary" {
  command = plan

  assert {
    condition = {
      for s in flatten(values(local.apply_topics.dev)) : s.Sid => s.Action
      if s.Effect == "Allow" && anytrue([for action in s.Action : startswith(action, "iam:")])
      } == {
      ManageRoles = [
        "iam:DeleteRole", "iam:ListInstanceProfilesForRole", "iam:TagRole", "iam:UntagRole",
      ]
      CreateApiGatewayServiceRole = ["iam:CreateServiceLinkedRole"]
      ManageRolesWithBoundary     = ["iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePolicy"]
      PassRolesToLambda           = ["iam:PassRole"]
      ReadRoles = [
        "iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies",
      ]
    }
    error_message = "the role has other IAM permissions: ${jsonencode(local.apply_topics.dev)}"
  }

  assert {
    condition = alltrue([
      for s in flatten(values(local.apply_topics.dev)) :
      s.Resource == ["arn:aws:iam::123456789012:role/hookline-dev-*"]
      if contains(["ManageRoles", "ManageRolesWithBoundary", "PassRolesToLambda", "ReadRoles"], s.Sid)
    ])
    error_message = "the role has permissions for roles of another environment"
  }
}

run "apply_role_is_denied_the_bootstrap_resources" {
  command = plan

  assert {
    condition = [for s in local.apply_guard.dev : s if s.Effect == "Deny"] == [
      {
        Sid    = "DenyBootstrap"
        Effect = "Deny"
        Action = ["iam:*"]
        Resource = [
          "arn:aws:iam::123456789012:role/hookline-bootstrap*",
          "arn:aws:iam::123456789012:policy/hookline-bootstrap*",
          "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
        ]
      },
      {
        Sid      = "DenyBoundaryRemoval"
        Effect   = "Deny"
        Action   = ["iam:DeleteRolePermissionsBoundary"]
        Resource = ["*"]
      },
      {
        Sid      = "DenyTrustChanges"
        Effect   = "Deny"
        Action   = ["iam:UpdateAssumeRolePolicy"]
        Resource = ["*"]
      },
    ]
    error_message = "the denials are ${jsonencode([for s in local.apply_guard.dev : s if s.Effect == "Deny"])}"
  }

  # The denial is by prefix, so every role and policy of this module must have the prefix.
  assert {
    condition = alltrue([for name in concat(
      [aws_iam_role.plan.name], [for role in concat(values(aws_iam_role.apply), aws_iam_role.api_logs) : role.name],
      [for policy in aws_iam_policy.this : policy.name], [for policy in aws_iam_policy.boundary : policy.name],
    ) : startswith(name, "hookline-bootstrap-")])
    error_message = "a role or policy of this module has a name that the denial does not cover"
  }
}

run "policies_have_no_action_patterns" {
  command = plan

  assert {
    condition = alltrue(flatten([
      for s in flatten(values(merge(local.apply_policies, local.plan_policies))) :
      [for action in s.Action : !strcontains(action, "*")] if s.Effect == "Allow"
    ]))
    error_message = "a policy allows actions with a pattern"
  }
}

# The role can read the data of the service only through the code that it deploys, which it also invokes for a release.
run "apply_role_cannot_read_secrets_messages_or_payloads" {
  command = plan

  assert {
    condition = length(setintersection(flatten([
      for s in flatten(values(local.apply_topics.dev)) : s.Action
      if !endswith(s.Sid, "Pauses") && s.Sid != "InvokeVersions"
      ]), [
      "secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue", "secretsmanager:PutSecretValue",
      "secretsmanager:PutResourcePolicy", "sqs:ReceiveMessage", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan",
      "logs:GetLogEvents", "kms:Decrypt", "lambda:InvokeFunction", "sts:AssumeRole",
    ])) == 0
    error_message = "the role can read the data of the service"
  }

  # The keys of other items do not begin with this text.
  assert {
    condition = {
      for s in flatten(values(local.apply_topics.dev)) : s.Sid => s.Condition
      if length([for action in s.Action : action if can(regex("^dynamodb:.*Item$", action))]) > 0
      } == {
      for sid in ["ManagePauses", "ReadPauses"] :
      sid => { "ForAllValues:StringLike" = { "dynamodb:LeadingKeys" = ["pause#*"] } }
    }
    error_message = "the role can read or change the records of deliveries"
  }

  assert {
    condition = alltrue(flatten([
      for s in flatten(values(local.apply_topics.dev)) :
      [for resource in s.Resource : !strcontains(resource, "payloads")] if contains(s.Action, "s3:GetObject")
    ]))
    error_message = "the role can read payloads"
  }
}
