# Permissions of an apply role for its REST API and its user pool. Their IDs are random, so an ARN has only the region
# and a path. A new API must therefore have the environment's tags, and only an API with these tags can be changed: the
# parts of a REST API inherit its tags
# (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-supported-resources.html). HTTP APIs
# are in apply_options.tf.

locals {
  request_tags = {
    for name in var.environments : name => {
      "aws:RequestTag/Project"     = [var.name]
      "aws:RequestTag/Environment" = [name]
    }
  }
  resource_tags = {
    for name in var.environments : name => {
      "aws:ResourceTag/Project"     = [var.name]
      "aws:ResourceTag/Environment" = [name]
    }
  }

  apply_api = {
    for name in var.environments : name => [
      {
        Sid       = "CreateApi"
        Effect    = "Allow"
        Action    = ["apigateway:POST"]
        Resource  = ["${local.api_arn}:/restapis"]
        Condition = { StringEquals = local.request_tags[name] }
      },
      {
        Sid       = "ManageApi"
        Effect    = "Allow"
        Action    = ["apigateway:DELETE", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT"]
        Resource  = ["${local.api_arn}:/restapis/*"]
        Condition = { StringEquals = local.resource_tags[name] }
      },
      # API Gateway can also require this action for a new API or stage with tags; IAM's reference does not list it. The
      # action creates nothing: CreateApi and ManageApi allow that.
      {
        Sid       = "TagNewApi"
        Effect    = "Allow"
        Action    = ["apigateway:TagResource"]
        Resource  = ["${local.api_arn}:/restapis", "${local.api_arn}:/restapis/*/stages"]
        Condition = { StringEquals = local.request_tags[name] }
      },
      # Each REST API has a resource policy, for `allowed_ips` of its sources. It requires this action and PATCH:
      # https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-create-attach.html
      {
        Sid       = "SetApiPolicy"
        Effect    = "Allow"
        Action    = ["apigateway:UpdateRestApiPolicy"]
        Resource  = ["${local.api_arn}:/restapis/*"]
        Condition = { StringEquals = local.resource_tags[name] }
      },
      # The path ends in the encoded ARN of the tagged resource and has no tags for a condition. API Gateway also
      # requires PATCH on the tagged resource, which ManageApi allows only for this environment.
      {
        Sid      = "TagApi"
        Effect   = "Allow"
        Action   = ["apigateway:DELETE", "apigateway:GET", "apigateway:POST", "apigateway:PUT"]
        Resource = ["${local.api_arn}:/tags/*"]
      },
      # API Gateway sends traces with one service-linked role for each account. It is created with the first API.
      {
        Sid       = "CreateApiGatewayServiceRole"
        Effect    = "Allow"
        Action    = ["iam:CreateServiceLinkedRole"]
        Resource  = ["${local.iam_arn}:role/aws-service-role/ops.apigateway.amazonaws.com/AWSServiceRoleForAPIGateway"]
        Condition = { StringEquals = { "iam:AWSServiceName" = ["ops.apigateway.amazonaws.com"] } }
      },
      {
        Sid       = "CreateUserPool"
        Effect    = "Allow"
        Action    = ["cognito-idp:CreateUserPool"]
        Resource  = ["*"]
        Condition = { StringEquals = local.request_tags[name] }
      },
      {
        Sid    = "ManageUserPool"
        Effect = "Allow"
        Action = [
          "cognito-idp:CreateResourceServer", "cognito-idp:CreateUserPoolClient", "cognito-idp:CreateUserPoolDomain",
          "cognito-idp:DeleteResourceServer", "cognito-idp:DeleteUserPool", "cognito-idp:DeleteUserPoolClient",
          "cognito-idp:DeleteUserPoolDomain", "cognito-idp:TagResource", "cognito-idp:UntagResource",
          "cognito-idp:UpdateResourceServer", "cognito-idp:UpdateUserPool", "cognito-idp:UpdateUserPoolClient",
          "cognito-idp:UpdateUserPoolDomain",
        ]
        Resource  = ["${local.regional_arns["cognito-idp"]}:userpool/*"]
        Condition = { StringEquals = local.resource_tags[name] }
      },
    ]
  }
}
