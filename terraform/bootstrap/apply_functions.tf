# Permissions of an apply role for functions and their execution roles.

locals {
  apply_functions = {
    for name, prefix in local.prefixes : name => [
      {
        Sid    = "ManageFunctions"
        Effect = "Allow"
        Action = [
          "lambda:CreateAlias", "lambda:CreateFunction", "lambda:DeleteAlias", "lambda:DeleteFunction",
          "lambda:DeleteFunctionConcurrency", "lambda:GetFunctionConfiguration", "lambda:PublishVersion",
          "lambda:PutFunctionConcurrency", "lambda:RemovePermission", "lambda:TagResource", "lambda:UntagResource",
          "lambda:UpdateAlias", "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration",
        ]
        Resource = ["${local.regional_arns.lambda}:function:${prefix}-*"]
      },
      {
        Sid       = "AllowApiGatewayInvoke"
        Effect    = "Allow"
        Action    = ["lambda:AddPermission"]
        Resource  = ["${local.regional_arns.lambda}:function:${prefix}-*"]
        Condition = { StringEquals = { "lambda:Principal" = ["apigateway.amazonaws.com"] } }
      },
      # A release invokes each new version directly, before the alias sends it traffic. Only versions and aliases have
      # such an ARN, not the function itself. A role that deploys the code can run the code in any case.
      {
        Sid      = "InvokeVersions"
        Effect   = "Allow"
        Action   = ["lambda:InvokeFunction"]
        Resource = ["${local.regional_arns.lambda}:function:${prefix}-*:*"]
      },
      # A new mapping has no ARN yet. The condition limits it to functions of this environment.
      {
        Sid       = "CreateMappings"
        Effect    = "Allow"
        Action    = ["lambda:CreateEventSourceMapping"]
        Resource  = ["*"]
        Condition = { ArnLike = { "lambda:FunctionArn" = ["${local.regional_arns.lambda}:function:${prefix}-*"] } }
      },
      {
        Sid       = "ManageMappings"
        Effect    = "Allow"
        Action    = ["lambda:DeleteEventSourceMapping", "lambda:UpdateEventSourceMapping"]
        Resource  = ["${local.regional_arns.lambda}:event-source-mapping:*"]
        Condition = { ArnLike = { "lambda:FunctionArn" = ["${local.regional_arns.lambda}:function:${prefix}-*"] } }
      },
      # For these actions Lambda does not provide the mapping's function, and a new mapping has no tags yet. Tags of
      # mappings grant nothing: ManageMappings depends on the function.
      {
        Sid       = "TagMappings"
        Effect    = "Allow"
        Action    = ["lambda:TagResource", "lambda:UntagResource"]
        Resource  = ["${local.regional_arns.lambda}:event-source-mapping:*"]
        Condition = { StringEqualsIfExists = local.resource_tags[name] }
      },
      # A role without the boundary could get more permissions than this role has, and a function could then use them.
      {
        Sid       = "ManageRolesWithBoundary"
        Effect    = "Allow"
        Action    = ["iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePolicy"]
        Resource  = ["${local.iam_arn}:role/${prefix}-*"]
        Condition = { StringEquals = { "iam:PermissionsBoundary" = [local.boundary_arns[name]] } }
      },
      # None of these actions adds permissions to a role, or lets another principal use it.
      {
        Sid      = "ManageRoles"
        Effect   = "Allow"
        Action   = ["iam:DeleteRole", "iam:ListInstanceProfilesForRole", "iam:TagRole", "iam:UntagRole"]
        Resource = ["${local.iam_arn}:role/${prefix}-*"]
      },
      {
        Sid       = "PassRolesToLambda"
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = ["${local.iam_arn}:role/${prefix}-*"]
        Condition = { StringEquals = { "iam:PassedToService" = ["lambda.amazonaws.com"] } }
      },
    ]
  }
}
