# What an apply role may do to its API, of either type, and its user pool. Their ids are random, so an ARN says only region
# and path: a new one has to carry the environment's tags, and only one that carries them may be changed.

locals {
  request_tags  = { for name in var.environments : name => { "aws:RequestTag/Project" = [var.name], "aws:RequestTag/Environment" = [name] } }
  resource_tags = { for name in var.environments : name => { "aws:ResourceTag/Project" = [var.name], "aws:ResourceTag/Environment" = [name] } }

  apply_api = {
    for name in var.environments : name => [
      {
        Sid       = "MakeApi"
        Effect    = "Allow"
        Action    = ["apigateway:POST"]
        Resource  = ["${local.api}:/apis", "${local.api}:/restapis"]
        Condition = { StringEquals = local.request_tags[name] }
      },
      {
        Sid       = "ChangeApi"
        Effect    = "Allow"
        Action    = ["apigateway:DELETE", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT"]
        Resource  = ["${local.api}:/apis/*", "${local.api}:/restapis/*"]
        Condition = { StringEquals = local.resource_tags[name] }
      },
      # For a new stage of an HTTP API with tags, API Gateway asks for this too, which IAM's reference does not list. It makes
      # no stage: that is allowed above, in this environment's API only.
      {
        Sid       = "TagNewStages"
        Effect    = "Allow"
        Action    = ["apigateway:TagResource"]
        Resource  = ["${local.api}:/apis/*/stages"]
        Condition = { StringEquals = local.request_tags[name] }
      },
      # The path ends in the encoded ARN of what is tagged, and has no tags to compare. API Gateway asks for PATCH on what
      # is tagged as well, and that is allowed above for this environment's only.
      {
        Sid      = "TagApi"
        Effect   = "Allow"
        Action   = ["apigateway:DELETE", "apigateway:GET", "apigateway:POST", "apigateway:PUT"]
        Resource = ["${local.api}:/tags/*"]
      },
      # API Gateway has one role in an account, which it traces by; whoever makes the first API makes it.
      {
        Sid       = "MakeApiGatewaysRole"
        Effect    = "Allow"
        Action    = ["iam:CreateServiceLinkedRole"]
        Resource  = ["${local.iam}:role/aws-service-role/ops.apigateway.amazonaws.com/AWSServiceRoleForAPIGateway"]
        Condition = { StringEquals = { "iam:AWSServiceName" = ["ops.apigateway.amazonaws.com"] } }
      },
      {
        Sid       = "MakeUserPool"
        Effect    = "Allow"
        Action    = ["cognito-idp:CreateUserPool"]
        Resource  = ["*"]
        Condition = { StringEquals = local.request_tags[name] }
      },
      {
        Sid    = "ChangeUserPool"
        Effect = "Allow"
        Action = [
          "cognito-idp:CreateResourceServer", "cognito-idp:CreateUserPoolClient", "cognito-idp:CreateUserPoolDomain",
          "cognito-idp:DeleteResourceServer", "cognito-idp:DeleteUserPool", "cognito-idp:DeleteUserPoolClient",
          "cognito-idp:DeleteUserPoolDomain", "cognito-idp:TagResource", "cognito-idp:UntagResource",
          "cognito-idp:UpdateResourceServer", "cognito-idp:UpdateUserPool", "cognito-idp:UpdateUserPoolClient",
          "cognito-idp:UpdateUserPoolDomain",
        ]
        Resource  = ["${local.regional["cognito-idp"]}:userpool/*"]
        Condition = { StringEquals = local.resource_tags[name] }
      },
    ]
  }
}
