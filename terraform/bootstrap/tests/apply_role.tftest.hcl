# What an apply role may do: all that its environment needs, and nothing to another's.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  environments = ["dev", "prod"]
}

run "its_policies_are_made_and_attached" {
  command = plan

  assert {
    condition     = { for name, role in aws_iam_role.apply : name => role.name } == { dev = "hookline-bootstrap-apply-dev", prod = "hookline-bootstrap-apply-prod" }
    error_message = "the roles are ${jsonencode({ for name, role in aws_iam_role.apply : name => role.name })}"
  }

  assert {
    condition = { for topic, attachment in aws_iam_role_policy_attachment.apply : topic => attachment.role } == merge(
      { for topic in ["api", "functions", "guard", "observability", "read", "storage"] : "apply-dev-${topic}" => "hookline-bootstrap-apply-dev" },
      { for topic in ["api", "functions", "guard", "observability", "read", "storage"] : "apply-prod-${topic}" => "hookline-bootstrap-apply-prod" },
    )
    error_message = "attached are ${jsonencode({ for topic, attachment in aws_iam_role_policy_attachment.apply : topic => attachment.role })}"
  }

  assert {
    condition     = alltrue([for topic, statements in local.apply_topics.dev : aws_iam_policy.this["apply-dev-${topic}"].policy == jsonencode({ Version = "2012-10-17", Statement = statements })])
    error_message = "a policy is not what the tests below look at"
  }
}

# Everything else names the environment; these are what AWS gives no name to, each under a condition or harmless.
run "it_reaches_only_its_environment" {
  command = plan

  assert {
    condition = { for s in flatten(values(local.apply_topics.dev)) : s.Sid => s.Resource if s.Effect == "Allow" && !alltrue([for resource in s.Resource : can(regex("hookline-dev([-/:]|$)|/env:/dev/", resource))]) } == {
      ChangeApi           = ["arn:aws:apigateway:eu-west-1::/apis/*", "arn:aws:apigateway:eu-west-1::/restapis/*"]
      ChangeKeys          = ["arn:aws:kms:eu-west-1:123456789012:key/*"]
      ChangeMappings      = ["arn:aws:lambda:eu-west-1:123456789012:event-source-mapping:*"]
      ChangeUserPool      = ["arn:aws:cognito-idp:eu-west-1:123456789012:userpool/*"]
      DeliverAccessLogs   = ["*"]
      KeepQueries         = ["*"]
      ListStates          = ["arn:aws:s3:::hookline-bootstrap-state-123456789012"]
      MakeApi             = ["arn:aws:apigateway:eu-west-1::/apis", "arn:aws:apigateway:eu-west-1::/restapis"]
      MakeApiGatewaysRole = ["arn:aws:iam::123456789012:role/aws-service-role/ops.apigateway.amazonaws.com/AWSServiceRoleForAPIGateway"]
      MakeKeys            = ["*"]
      MakeMappings        = ["*"]
      MakeUserPool        = ["*"]
      MissDefaultState    = ["arn:aws:s3:::hookline-bootstrap-state-123456789012/hookline.tfstate"]
      ReadAlarms          = ["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:*"]
      ReadApi             = ["arn:aws:apigateway:eu-west-1::/apis/*", "arn:aws:apigateway:eu-west-1::/restapis/*"]
      ReadIdentity        = ["arn:aws:cognito-idp:eu-west-1:123456789012:userpool/*"]
      ReadKeys            = ["arn:aws:kms:eu-west-1:123456789012:key/*"]
      ReadMappings        = ["arn:aws:lambda:eu-west-1:123456789012:event-source-mapping:*"]
      ReadQueries         = ["*"]
      ReadSamplingRules   = ["*"]
      ReadTablesKey       = ["arn:aws:kms:eu-west-1:123456789012:key/*"]
      ReadTagsOfMappings  = ["arn:aws:lambda:eu-west-1:123456789012:event-source-mapping:*"]
      ReadWhatHasNoName   = ["*"]
      TagApi              = ["arn:aws:apigateway:eu-west-1::/tags/*"]
      TagMappings         = ["arn:aws:lambda:eu-west-1:123456789012:event-source-mapping:*"]
      TagNewKeys          = ["arn:aws:kms:eu-west-1:123456789012:key/*"]
      TagNewStages        = ["arn:aws:apigateway:eu-west-1::/apis/*/stages"]
    }
    error_message = "the role reaches further: ${jsonencode({ for s in flatten(values(local.apply_topics.dev)) : s.Sid => s.Resource if s.Effect == "Allow" && !alltrue([for resource in s.Resource : can(regex("hookline-dev([-/:]|$)|/env:/dev/", resource))]) })}"
  }

  assert {
    condition     = !strcontains(jsonencode(local.apply_topics.dev), "prod") && !strcontains(jsonencode(local.apply_topics.prod), "dev")
    error_message = "the role of one environment names the other"
  }
}

run "what_has_no_name_is_held_by_function_or_tags" {
  command = plan

  assert {
    condition = { for s in flatten(values(local.apply_topics.dev)) : s.Sid => s.Condition if s.Effect == "Allow" && can(s.Condition) && startswith(s.Sid, "Read") == false } == {
      ChangeApi           = { StringEquals = { "aws:ResourceTag/Project" = ["hookline"], "aws:ResourceTag/Environment" = ["dev"] } }
      ChangeKeys          = { StringEquals = { "aws:ResourceTag/Project" = ["hookline"], "aws:ResourceTag/Environment" = ["dev"] } }
      ChangeMappings      = { ArnLike = { "lambda:FunctionArn" = ["arn:aws:lambda:eu-west-1:123456789012:function:hookline-dev-*"] } }
      ChangeUserPool      = { StringEquals = { "aws:ResourceTag/Project" = ["hookline"], "aws:ResourceTag/Environment" = ["dev"] } }
      LetApiGatewayCall   = { StringEquals = { "lambda:Principal" = ["apigateway.amazonaws.com"] } }
      MakeAlarms          = { "ForAllValues:StringLike" = { "cloudwatch:AlarmActions" = ["arn:aws:sns:eu-west-1:123456789012:hookline-dev-*"] } }
      MakeApi             = { StringEquals = { "aws:RequestTag/Project" = ["hookline"], "aws:RequestTag/Environment" = ["dev"] } }
      MakeApiGatewaysRole = { StringEquals = { "iam:AWSServiceName" = ["ops.apigateway.amazonaws.com"] } }
      MakeBoundRoles      = { StringEquals = { "iam:PermissionsBoundary" = ["arn:aws:iam::123456789012:policy/hookline-bootstrap-boundary-dev"] } }
      MakeKeys            = { StringEquals = { "aws:RequestTag/Project" = ["hookline"], "aws:RequestTag/Environment" = ["dev"] } }
      MakeMappings        = { ArnLike = { "lambda:FunctionArn" = ["arn:aws:lambda:eu-west-1:123456789012:function:hookline-dev-*"] } }
      MakeUserPool        = { StringEquals = { "aws:RequestTag/Project" = ["hookline"], "aws:RequestTag/Environment" = ["dev"] } }
      PassRolesToLambda   = { StringEquals = { "iam:PassedToService" = ["lambda.amazonaws.com"] } }
      TagMappings         = { StringEqualsIfExists = { "aws:ResourceTag/Project" = ["hookline"], "aws:ResourceTag/Environment" = ["dev"] } }
      TagNewKeys = {
        Null                 = { "kms:ResourceAliases" = ["true"] }
        StringEquals         = { "aws:RequestTag/Project" = ["hookline"], "aws:RequestTag/Environment" = ["dev"] }
        StringEqualsIfExists = { "aws:ResourceTag/Project" = ["hookline"], "aws:ResourceTag/Environment" = ["dev"] }
      }
      TagNewStages = { StringEquals = { "aws:RequestTag/Project" = ["hookline"], "aws:RequestTag/Environment" = ["dev"] } }
    }
    error_message = "the conditions are ${jsonencode({ for s in flatten(values(local.apply_topics.dev)) : s.Sid => s.Condition if can(s.Condition) })}"
  }

  assert {
    condition     = alltrue([for key, value in { Project = "var.name", Environment = "terraform.workspace" } : can(local.request_tags.dev["aws:RequestTag/${key}"]) && can(regex("\\n +${key} += ${value}\\n", file("../providers.tf")))])
    error_message = "the root module does not give the tags that the conditions ask for"
  }
}

run "its_state_is_its_own" {
  command = plan

  assert {
    condition = { for s in flatten(values(local.apply_topics.dev)) : s.Sid => { actions = s.Action, resources = s.Resource } if strcontains(jsonencode(s.Resource), "-bootstrap-state-") } == {
      ListStates       = { actions = ["s3:ListBucket"], resources = ["arn:aws:s3:::hookline-bootstrap-state-123456789012"] }
      MissDefaultState = { actions = ["s3:GetObject"], resources = ["arn:aws:s3:::hookline-bootstrap-state-123456789012/hookline.tfstate"] }
      KeepState        = { actions = ["s3:GetObject", "s3:PutObject"], resources = ["arn:aws:s3:::hookline-bootstrap-state-123456789012/env:/dev/hookline.tfstate"] }
      LockState        = { actions = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], resources = ["arn:aws:s3:::hookline-bootstrap-state-123456789012/env:/dev/hookline.tfstate.tflock"] }
    }
    error_message = "the role reaches states: ${jsonencode(local.apply_guard.dev)}"
  }
}
