# Permissions of the plan role: it reads what a plan needs, and changes nothing.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  environments = ["dev", "prod"]
}

run "policies_are_created_and_attached" {
  command = plan

  assert {
    condition = (
      aws_iam_role.plan.name == "hookline-bootstrap-plan" &&
      keys(aws_iam_role_policy_attachment.plan) == [
        "plan-api", "plan-functions", "plan-observability", "plan-state", "plan-storage",
        "plan-tables",
      ]
    )
    error_message = "${aws_iam_role.plan.name} has ${jsonencode(keys(aws_iam_role_policy_attachment.plan))}"
  }

  assert {
    condition = alltrue([
      for topic, statements in local.plan_policies :
      aws_iam_policy.this[topic].policy == jsonencode({ Version = "2012-10-17", Statement = statements })
    ])
    error_message = "a policy differs from the statements that these tests check"
  }
}

run "plan_role_only_reads" {
  command = plan

  assert {
    condition = {
      for s in flatten(values(local.plan_policies)) : s.Sid => s.Action
      if !alltrue([
        for action in s.Action : can(regex("^(apigateway:GET|[a-z0-9-]+:(Describe|Get|List)[A-Za-z]+)$", action))
      ])
    } == {}
    error_message = "the plan role can write: ${jsonencode(flatten(values(local.plan_policies))[*].Action)}"
  }

  # Every user who can push a branch can use the role, and could remove the lock of an apply.
  assert {
    condition     = !strcontains(jsonencode(local.plan_policies), ".tflock")
    error_message = "the plan role has permissions for locks: ${jsonencode(local.plan_state)}"
  }
}

run "plan_role_reads_only_states_and_packages" {
  command = plan

  assert {
    condition = {
      for s in flatten(values(local.plan_policies)) : s.Sid => s.Resource
      if contains(s.Action, "s3:GetObject")
      } == {
      ReadPackages = [
        "arn:aws:s3:::hookline-dev-artifacts-123456789012/functions/*",
        "arn:aws:s3:::hookline-prod-artifacts-123456789012/functions/*",
      ]
      ReadStates = [
        "arn:aws:s3:::hookline-bootstrap-state-123456789012/hookline.tfstate",
        "arn:aws:s3:::hookline-bootstrap-state-123456789012/env:/dev/hookline.tfstate",
        "arn:aws:s3:::hookline-bootstrap-state-123456789012/env:/prod/hookline.tfstate",
      ]
    }
    error_message = format("the plan role reads other objects: %s", jsonencode({
      for s in flatten(values(local.plan_policies)) : s.Sid => s.Resource if contains(s.Action, "s3:GetObject")
    }))
  }
}

run "plan_role_cannot_read_secrets_or_messages" {
  command = plan

  assert {
    condition = length(setintersection(flatten([
      for s in flatten(values(local.plan_policies)) : s.Action if s.Sid != "ReadPauses"
      ]), [
      "secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue", "sqs:ReceiveMessage", "dynamodb:GetItem",
      "dynamodb:Query", "dynamodb:Scan", "logs:GetLogEvents", "logs:FilterLogEvents", "kms:Decrypt",
    ])) == 0
    error_message = "the plan role can read the data of the service"
  }
}

# Every other statement has the name of an environment in its ARNs. AWS has no such ARNs for these statements.
run "plan_role_reads_only_the_environments" {
  command = plan

  assert {
    condition = {
      for s in flatten(values(local.plan_policies)) : s.Sid => s.Resource
      if !alltrue([
        for resource in s.Resource : can(regex("hookline-(dev|prod)([-/:]|$)|hookline-bootstrap-state-", resource))
      ])
      } == {
      ReadAlarms           = ["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:*"]
      ReadApi              = ["arn:aws:apigateway:eu-west-1::/restapis/*"]
      ReadIdentity         = ["arn:aws:cognito-idp:eu-west-1:123456789012:userpool/*"]
      ReadMappings         = ["arn:aws:lambda:eu-west-1:123456789012:event-source-mapping:*"]
      ReadQueries          = ["*"]
      ReadSamplingRules    = ["*"]
      ReadTagsOfMappings   = ["arn:aws:lambda:eu-west-1:123456789012:event-source-mapping:*"]
      ReadUnnamedResources = ["*"]
    }
    error_message = "the plan role reads more resources: ${jsonencode(local.plan_policies)}"
  }

  assert {
    condition = {
      for s in flatten(values(local.plan_policies)) : s.Sid => s.Condition if can(s.Condition)
      } == {
      ReadApi = {
        StringEquals = { "aws:ResourceTag/Project" = ["hookline"], "aws:ResourceTag/Environment" = ["dev", "prod"] }
      }
      ReadIdentity = {
        StringEquals = { "aws:ResourceTag/Project" = ["hookline"], "aws:ResourceTag/Environment" = ["dev", "prod"] }
      }
      ReadMappings = {
        ArnLike = {
          "lambda:FunctionArn" = [
            "arn:aws:lambda:eu-west-1:123456789012:function:hookline-dev-*",
            "arn:aws:lambda:eu-west-1:123456789012:function:hookline-prod-*",
          ]
        }
      }
      ReadPauses = { "ForAllValues:StringLike" = { "dynamodb:LeadingKeys" = ["pause#*"] } }
    }
    error_message = format("the conditions are %s", jsonencode({
      for s in flatten(values(local.plan_policies)) : s.Sid => s.Condition if can(s.Condition)
    }))
  }
}
