# What an apply role may do to functions and to the roles that they run by.

locals {
  apply_functions = {
    for name, prefix in local.prefixes : name => [
      {
        Sid    = "MakeFunctions"
        Effect = "Allow"
        Action = [
          "lambda:CreateAlias", "lambda:CreateFunction", "lambda:DeleteAlias", "lambda:DeleteFunction",
          "lambda:DeleteFunctionConcurrency", "lambda:GetFunctionConfiguration", "lambda:PublishVersion",
          "lambda:PutFunctionConcurrency", "lambda:RemovePermission", "lambda:TagResource", "lambda:UntagResource",
          "lambda:UpdateAlias", "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration",
        ]
        Resource = ["${local.regional.lambda}:function:${prefix}-*"]
      },
      {
        Sid       = "LetApiGatewayCall"
        Effect    = "Allow"
        Action    = ["lambda:AddPermission"]
        Resource  = ["${local.regional.lambda}:function:${prefix}-*"]
        Condition = { StringEquals = { "lambda:Principal" = ["apigateway.amazonaws.com"] } }
      },
      # A mapping that is not there yet has no ARN to name, only the function that it is to feed.
      {
        Sid       = "MakeMappings"
        Effect    = "Allow"
        Action    = ["lambda:CreateEventSourceMapping"]
        Resource  = ["*"]
        Condition = { ArnLike = { "lambda:FunctionArn" = ["${local.regional.lambda}:function:${prefix}-*"] } }
      },
      {
        Sid       = "ChangeMappings"
        Effect    = "Allow"
        Action    = ["lambda:DeleteEventSourceMapping", "lambda:UpdateEventSourceMapping"]
        Resource  = ["${local.regional.lambda}:event-source-mapping:*"]
        Condition = { ArnLike = { "lambda:FunctionArn" = ["${local.regional.lambda}:function:${prefix}-*"] } }
      },
      # Lambda does not say here which function a mapping feeds, and a new one has no tags yet. Tags open nothing: what
      # may be changed is said above, by function.
      {
        Sid       = "TagMappings"
        Effect    = "Allow"
        Action    = ["lambda:TagResource", "lambda:UntagResource"]
        Resource  = ["${local.regional.lambda}:event-source-mapping:*"]
        Condition = { StringEqualsIfExists = { "aws:ResourceTag/Project" = [var.name], "aws:ResourceTag/Environment" = [name] } }
      },
      # A role without the boundary could be given more than this role has, and a function could then use it.
      {
        Sid    = "MakeBoundRoles"
        Effect = "Allow"
        Action = [
          "iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy",
        ]
        Resource  = ["${local.iam}:role/${prefix}-*"]
        Condition = { StringEquals = { "iam:PermissionsBoundary" = [local.boundary_arns[name]] } }
      },
      # None of these gives a role more than its policies and its boundary do.
      {
        Sid    = "ChangeRoles"
        Effect = "Allow"
        Action = [
          "iam:DeleteRole", "iam:ListInstanceProfilesForRole", "iam:TagRole", "iam:UntagRole",
          "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription",
        ]
        Resource = ["${local.iam}:role/${prefix}-*"]
      },
      {
        Sid       = "PassRolesToLambda"
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = ["${local.iam}:role/${prefix}-*"]
        Condition = { StringEquals = { "iam:PassedToService" = ["lambda.amazonaws.com"] } }
      },
    ]
  }
}
