# What the provider reads of functions, roles, the API of either type and the user pool when it refreshes the root module's
# resources.

locals {
  reads_functions = {
    for reader, names in local.readers : reader => [
      {
        Sid    = "ReadFunctions"
        Effect = "Allow"
        Action = [
          "lambda:GetAlias", "lambda:GetFunction", "lambda:GetFunctionCodeSigningConfig", "lambda:GetPolicy",
          "lambda:ListTags", "lambda:ListVersionsByFunction",
        ]
        Resource = [for name in names : "${local.regional.lambda}:function:${local.prefixes[name]}-*"]
      },
      # A mapping's name is random; what it feeds is not.
      {
        Sid       = "ReadMappings"
        Effect    = "Allow"
        Action    = ["lambda:GetEventSourceMapping"]
        Resource  = ["${local.regional.lambda}:event-source-mapping:*"]
        Condition = { ArnLike = { "lambda:FunctionArn" = [for name in names : "${local.regional.lambda}:function:${local.prefixes[name]}-*"] } }
      },
      # For tags, Lambda does not say which function a mapping feeds.
      {
        Sid      = "ReadTagsOfMappings"
        Effect   = "Allow"
        Action   = ["lambda:ListTags"]
        Resource = ["${local.regional.lambda}:event-source-mapping:*"]
      },
      {
        Sid      = "ReadLogGroups"
        Effect   = "Allow"
        Action   = ["logs:ListTagsForResource"]
        Resource = [for name in names : "${local.regional.logs}:log-group:/aws/lambda/${local.prefixes[name]}-*"]
      },
      {
        Sid      = "ReadRoles"
        Effect   = "Allow"
        Action   = ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"]
        Resource = [for name in names : "${local.iam}:role/${local.prefixes[name]}-*"]
      },
      # For these AWS has no resource that a policy could name. They tell the names of log groups, and which user pool has a
      # domain.
      {
        Sid      = "ReadWhatHasNoName"
        Effect   = "Allow"
        Action   = ["cognito-idp:DescribeUserPoolDomain", "logs:DescribeLogGroups"]
        Resource = ["*"]
      },
    ]
  }

  # Ids of APIs and user pools are random, so their ARNs can only be scoped by region and path: what makes one ours
  # is its tags, which the root module's provider gives to everything. Parts of an API inherit them. One that was deleted
  # behind Terraform's back has none, so its plan is refused until an administrator takes it out of the state.
  reads_api = {
    for reader, names in local.readers : reader => [
      {
        Sid       = "ReadApi"
        Effect    = "Allow"
        Action    = ["apigateway:GET"]
        Resource  = ["${local.api}:/apis/*", "${local.api}:/restapis/*"]
        Condition = { StringEquals = { "aws:ResourceTag/Project" = [var.name], "aws:ResourceTag/Environment" = names } }
      },
      {
        Sid    = "ReadIdentity"
        Effect = "Allow"
        Action = [
          "cognito-idp:DescribeResourceServer", "cognito-idp:DescribeUserPool", "cognito-idp:DescribeUserPoolClient",
          "cognito-idp:GetUserPoolMfaConfig",
        ]
        Resource  = ["${local.regional["cognito-idp"]}:userpool/*"]
        Condition = { StringEquals = { "aws:ResourceTag/Project" = [var.name], "aws:ResourceTag/Environment" = names } }
      },
    ]
  }
}
