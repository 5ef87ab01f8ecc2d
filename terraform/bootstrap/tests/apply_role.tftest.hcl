# Permissions of an apply role: everything that its environment needs, and nothing for another environment.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  environments = ["dev", "prod"]
}

run "policies_are_created_and_attached" {
  command = plan

  assert {
    condition = { for name, role in aws_iam_role.apply : name => role.name } == {
      dev  = "hookline-bootstrap-apply-dev"
      prod = "hookline-bootstrap-apply-prod"
    }
    error_message = "the roles are ${jsonencode({ for name, role in aws_iam_role.apply : name => role.name })}"
  }

  assert {
    condition = { for topic, attachment in aws_iam_role_policy_attachment.apply : topic => attachment.role } == merge([
      for name in ["dev", "prod"] : {
        for topic in ["api", "functions", "guard", "observability", "read", "storage"] :
        "apply-${name}-${topic}" => "hookline-bootstrap-apply-${name}"
      }
    ]...)
    error_message = "the attached policies are ${jsonencode(keys(aws_iam_role_policy_attachment.apply))}"
  }

  assert {
    condition = alltrue([
      for topic, statements in local.apply_topics.dev :
      aws_iam_policy.this["apply-dev-${topic}"].policy == jsonencode({ Version = "2012-10-17", Statement = statements })
    ])
    error_message = "a policy differs from the statements that these tests check"
  }
}

# Every other statement has the environment's name in its ARNs. AWS has no such ARNs for these statements; each one has
# a condition or does no harm.
run "permissions_are_limited_to_the_environment" {
  command = plan

  assert {
    condition = {
      for s in flatten(values(local.apply_topics.dev)) : s.Sid => s.Resource
      if s.Effect == "Allow" && !alltrue([
        for resource in s.Resource : can(regex("hookline-dev([-/:]|$)|/env:/dev/", resource))
      ])
      } == {
      CreateApi = ["arn:aws:apigateway:eu-west-1::/restapis"]
      CreateApiGatewayServiceRole = [join("", [
        "arn:aws:iam::123456789012:role/aws-service-role/ops.apigateway.amazonaws.com/",
        "AWSServiceRoleForAPIGateway",
      ])]
      CreateMappings       = ["*"]
      CreateUserPool       = ["*"]
      ListStates           = ["arn:aws:s3:::hookline-bootstrap-state-123456789012"]
      ManageApi            = ["arn:aws:apigateway:eu-west-1::/restapis/*"]
      ManageMappings       = ["arn:aws:lambda:eu-west-1:123456789012:event-source-mapping:*"]
      ManageQueries        = ["*"]
      ManageUserPool       = ["arn:aws:cognito-idp:eu-west-1:123456789012:userpool/*"]
      ReadAlarms           = ["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:*"]
      ReadApi              = ["arn:aws:apigateway:eu-west-1::/restapis/*"]
      ReadDefaultState     = ["arn:aws:s3:::hookline-bootstrap-state-123456789012/hookline.tfstate"]
      ReadIdentity         = ["arn:aws:cognito-idp:eu-west-1:123456789012:userpool/*"]
      ReadMappings         = ["arn:aws:lambda:eu-west-1:123456789012:event-source-mapping:*"]
      ReadMetrics          = ["*"]
      ReadQueries          = ["*"]
      ReadSamplingRules    = ["*"]
      ReadTagsOfMappings   = ["arn:aws:lambda:eu-west-1:123456789012:event-source-mapping:*"]
      ReadUnnamedResources = ["*"]
      SetApiPolicy         = ["arn:aws:apigateway:eu-west-1::/restapis/*"]
      TagApi               = ["arn:aws:apigateway:eu-west-1::/tags/*"]
      TagMappings          = ["arn:aws:lambda:eu-west-1:123456789012:event-source-mapping:*"]
      TagNewApi = [
        "arn:aws:apigateway:eu-west-1::/restapis", "arn:aws:apigateway:eu-west-1::/restapis/*/stages",
      ]
    }
    error_message = "the role has more permissions: ${jsonencode(local.apply_topics.dev)}"
  }

  assert {
    condition = (
      !strcontains(jsonencode(local.apply_topics.dev), "prod") &&
      !strcontains(jsonencode(local.apply_topics.prod), "dev")
    )
    error_message = "the role of one environment names the other"
  }
}

run "unnamed_resources_are_limited_by_function_or_tags" {
  command = plan

  assert {
    condition = {
      for s in flatten(values(local.apply_topics.dev)) : s.Sid => s.Condition
      if s.Effect == "Allow" && can(s.Condition) && !startswith(s.Sid, "Read")
      } == {
      AllowApiGatewayInvoke = { StringEquals = { "lambda:Principal" = ["apigateway.amazonaws.com"] } }
      CreateApi = {
        StringEquals = { "aws:RequestTag/Project" = ["hookline"], "aws:RequestTag/Environment" = ["dev"] }
      }
      CreateApiGatewayServiceRole = { StringEquals = { "iam:AWSServiceName" = ["ops.apigateway.amazonaws.com"] } }
      CreateMappings = {
        ArnLike = { "lambda:FunctionArn" = ["arn:aws:lambda:eu-west-1:123456789012:function:hookline-dev-*"] }
      }
      CreateUserPool = {
        StringEquals = { "aws:RequestTag/Project" = ["hookline"], "aws:RequestTag/Environment" = ["dev"] }
      }
      ManageApi = {
        StringEquals = { "aws:ResourceTag/Project" = ["hookline"], "aws:ResourceTag/Environment" = ["dev"] }
      }
      ManageMappings = {
        ArnLike = { "lambda:FunctionArn" = ["arn:aws:lambda:eu-west-1:123456789012:function:hookline-dev-*"] }
      }
      ManagePauses = { "ForAllValues:StringLike" = { "dynamodb:LeadingKeys" = ["pause#*"] } }
      ManageRolesWithBoundary = {
        StringEquals = {
          "iam:PermissionsBoundary" = ["arn:aws:iam::123456789012:policy/hookline-bootstrap-boundary-dev"]
        }
      }
      ManageUserPool = {
        StringEquals = { "aws:ResourceTag/Project" = ["hookline"], "aws:ResourceTag/Environment" = ["dev"] }
      }
      PassRolesToLambda = { StringEquals = { "iam:PassedToService" = ["lambda.amazonaws.com"] } }
      PutAlarms = {
        "ForAllValues:StringLike" = {
          "cloudwatch:AlarmActions" = ["arn:aws:sns:eu-west-1:123456789012:hookline-dev-*"]
        }
      }
      TagMappings = {
        StringEqualsIfExists = { "aws:ResourceTag/Project" = ["hookline"], "aws:ResourceTag/Environment" = ["dev"] }
      }
      SetApiPolicy = {
        StringEquals = { "aws:ResourceTag/Project" = ["hookline"], "aws:ResourceTag/Environment" = ["dev"] }
      }
      TagNewApi = {
        StringEquals = { "aws:RequestTag/Project" = ["hookline"], "aws:RequestTag/Environment" = ["dev"] }
      }
    }
    error_message = format("the conditions are %s", jsonencode({
      for s in flatten(values(local.apply_topics.dev)) : s.Sid => s.Condition if can(s.Condition)
    }))
  }

  assert {
    condition = alltrue([
      for key, value in { Project = "var.name", Environment = "terraform.workspace" } :
      can(local.request_tags.dev["aws:RequestTag/${key}"]) &&
      can(regex("\\n +${key} += ${value}\\n", file("../providers.tf")))
    ])
    error_message = "the root module does not set the tags that the conditions require"
  }
}

run "role_reaches_only_its_own_state" {
  command = plan

  assert {
    condition = {
      for s in flatten(values(local.apply_topics.dev)) : s.Sid => { actions = s.Action, resources = s.Resource }
      if strcontains(jsonencode(s.Resource), "-bootstrap-state-")
      } == {
      ListStates = {
        actions   = ["s3:ListBucket"]
        resources = ["arn:aws:s3:::hookline-bootstrap-state-123456789012"]
      }
      ReadDefaultState = {
        actions   = ["s3:GetObject"]
        resources = ["arn:aws:s3:::hookline-bootstrap-state-123456789012/hookline.tfstate"]
      }
      WriteState = {
        actions   = ["s3:GetObject", "s3:PutObject"]
        resources = ["arn:aws:s3:::hookline-bootstrap-state-123456789012/env:/dev/hookline.tfstate"]
      }
      LockState = {
        actions   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
        resources = ["arn:aws:s3:::hookline-bootstrap-state-123456789012/env:/dev/hookline.tfstate.tflock"]
      }
    }
    error_message = "the role has permissions for states: ${jsonencode(local.apply_guard.dev)}"
  }
}

# A source that returns within the recovery window restores its secret, which CreateSecret cannot do.
run "role_restores_deleted_secrets" {
  command = plan

  assert {
    condition = [
      for s in local.apply_storage.dev : s.Resource if contains(s.Action, "secretsmanager:RestoreSecret")
    ] == [["arn:aws:secretsmanager:eu-west-1:123456789012:secret:hookline-dev/*"]]
    error_message = "the role restores ${jsonencode(local.apply_storage.dev)}"
  }
}

# A release invokes a version before the alias sends it traffic.
run "role_invokes_only_versions_and_aliases" {
  command = plan

  assert {
    condition = {
      for s in flatten(values(local.apply_topics.dev)) : s.Sid => [s.Action, s.Resource]
      if length([for action in s.Action : action if startswith(action, "lambda:Invoke")]) > 0
      } == {
      InvokeVersions = [
        ["lambda:InvokeFunction"], ["arn:aws:lambda:eu-west-1:123456789012:function:hookline-dev-*:*"],
      ]
    }
    error_message = "the role invokes ${jsonencode(local.apply_functions.dev)}"
  }
}
