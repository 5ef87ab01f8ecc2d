# Permissions to read functions, roles, the REST API and the user pool, which the provider needs to refresh the root
# module's resources. HTTP APIs are in read_options.tf.

locals {
  read_functions = {
    for reader, names in local.readers : reader => [
      {
        Sid    = "ReadFunctions"
        Effect = "Allow"
        Action = [
          "lambda:GetAlias", "lambda:GetFunction", "lambda:GetFunctionCodeSigningConfig", "lambda:GetPolicy",
          "lambda:ListTags", "lambda:ListVersionsByFunction",
        ]
        Resource = [for name in names : "${local.regional_arns.lambda}:function:${local.prefixes[name]}-*"]
      },
      # The ID of a mapping is random; the name of its function is not.
      {
        Sid      = "ReadMappings"
        Effect   = "Allow"
        Action   = ["lambda:GetEventSourceMapping"]
        Resource = ["${local.regional_arns.lambda}:event-source-mapping:*"]
        Condition = {
          ArnLike = {
            "lambda:FunctionArn" = [
              for name in names : "${local.regional_arns.lambda}:function:${local.prefixes[name]}-*"
            ]
          }
        }
      },
      # For tags, Lambda does not provide the mapping's function to a condition.
      {
        Sid      = "ReadTagsOfMappings"
        Effect   = "Allow"
        Action   = ["lambda:ListTags"]
        Resource = ["${local.regional_arns.lambda}:event-source-mapping:*"]
      },
      {
        Sid      = "ReadLogGroups"
        Effect   = "Allow"
        Action   = ["logs:ListTagsForResource"]
        Resource = [for name in names : "${local.regional_arns.logs}:log-group:/aws/lambda/${local.prefixes[name]}-*"]
      },
      {
        Sid      = "ReadRoles"
        Effect   = "Allow"
        Action   = ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"]
        Resource = [for name in names : "${local.iam_arn}:role/${local.prefixes[name]}-*"]
      },
      # AWS has no ARNs for these actions. They return the names of log groups and the user pool of a domain.
      {
        Sid      = "ReadUnnamedResources"
        Effect   = "Allow"
        Action   = ["cognito-idp:DescribeUserPoolDomain", "logs:DescribeLogGroups"]
        Resource = ["*"]
      },
    ]
  }

  # IDs of APIs and user pools are random, so ARNs limit the statements only to region and path. The conditions require
  # the tags that the root module's provider sets on every resource; parts of a REST API inherit them. A REST API that
  # was deleted outside Terraform has no tags, so a plan fails until an administrator removes the API from the state.
  read_api = {
    for reader, names in local.readers : reader => [
      {
        Sid       = "ReadApi"
        Effect    = "Allow"
        Action    = ["apigateway:GET"]
        Resource  = ["${local.api_arn}:/restapis/*"]
        Condition = { StringEquals = { "aws:ResourceTag/Project" = [var.name], "aws:ResourceTag/Environment" = names } }
      },
      {
        Sid    = "ReadIdentity"
        Effect = "Allow"
        Action = [
          "cognito-idp:DescribeResourceServer", "cognito-idp:DescribeUserPool", "cognito-idp:DescribeUserPoolClient",
          "cognito-idp:GetUserPoolMfaConfig",
        ]
        Resource  = ["${local.regional_arns["cognito-idp"]}:userpool/*"]
        Condition = { StringEquals = { "aws:ResourceTag/Project" = [var.name], "aws:ResourceTag/Environment" = names } }
      },
    ]
  }
}
