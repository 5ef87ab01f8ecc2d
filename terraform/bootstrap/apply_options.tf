# Permissions of an apply role for what only some environments have: an HTTP API, a domain, a web ACL and a budget. A
# statement without resources is left out, so an environment without these has none of the permissions.

locals {
  apply_options = {
    for name, prefix in local.prefixes : name => [
      for statement in [
        # IAM's documentation says only of REST APIs that their parts inherit tags, so the ARNs of an HTTP API are
        # exact. No role can create one, because its ID does not exist before.
        {
          Sid      = "ManageHttpApi"
          Effect   = "Allow"
          Action   = ["apigateway:DELETE", "apigateway:PATCH", "apigateway:POST"]
          Resource = local.http_api_arns[name]
        },
        # API Gateway also requires this action for a new stage with tags; IAM's reference does not list it. The action
        # does not create stages: ManageHttpApi allows that.
        {
          Sid       = "TagNewStages"
          Effect    = "Allow"
          Action    = ["apigateway:TagResource"]
          Resource  = [for id in lookup(var.http_api_ids, name, []) : "${local.api_arn}:/apis/${id}/stages"]
          Condition = { StringEquals = local.request_tags[name] }
        },
        # An HTTP API writes its log through a log delivery, which API Gateway creates with the permissions of the role
        # that creates the stage. AWS has no ARNs for deliveries and resource policies of CloudWatch Logs, so the
        # statement also covers other environments: the role can stop their logs and let AWS services write logs, but
        # it cannot read logs.
        {
          Sid    = "DeliverAccessLogs"
          Effect = "Allow"
          Action = [
            "logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeResourcePolicies", "logs:GetLogDelivery",
            "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:UpdateLogDelivery",
          ]
          Resource = [for every in ["*"] : every if length(local.http_api_arns[name]) > 0]
        },
        # A new domain has no ARN yet. It needs a certificate of the account for the name. As for stages, a domain with
        # tags can require TagResource.
        {
          Sid       = "CreateDomain"
          Effect    = "Allow"
          Action    = ["apigateway:POST", "apigateway:TagResource"]
          Resource  = [for owner in keys(var.domains) : "${local.api_arn}:/domainnames" if owner == name]
          Condition = { StringEquals = local.request_tags[name] }
        },
        {
          Sid      = "ManageDomain"
          Effect   = "Allow"
          Action   = ["apigateway:DELETE", "apigateway:PATCH", "apigateway:POST"]
          Resource = local.domain_arns[name]
        },
        {
          Sid    = "SetTruststore"
          Effect = "Allow"
          Action = ["apigateway:AddCertificateToDomain", "apigateway:RemoveCertificateFromDomain"]
          Resource = [
            for path in ["", "/${try(var.domains[name].name, "")}"] : "${local.api_arn}:/domainnames${path}"
            if local.truststores[name] != null
          ]
        },
        # API Gateway reads the truststore with the permissions of the role that changes the domain.
        {
          Sid      = "ReadTruststore"
          Effect   = "Allow"
          Action   = ["s3:GetObject", "s3:GetObjectVersion"]
          Resource = [for object in [local.truststores[name]] : "${local.arn_prefix}:s3:::${object}" if object != null]
        },
        # AWS WAF knows no tags of stages. For each association it also requires SetWebACL of the stage, which SetWebAcl
        # allows only for this environment.
        {
          Sid      = "AssociateWebAcl"
          Effect   = "Allow"
          Action   = ["wafv2:AssociateWebACL", "wafv2:DisassociateWebACL"]
          Resource = local.web_acl_resources[name]
        },
        {
          Sid       = "SetWebAcl"
          Effect    = "Allow"
          Action    = ["apigateway:SetWebACL"]
          Resource  = [for arn in local.web_acl_resources[name] : arn if strcontains(arn, ":apigateway:")]
          Condition = { StringEquals = local.resource_tags[name] }
        },
        {
          Sid      = "ManageBudgets"
          Effect   = "Allow"
          Action   = ["budgets:ModifyBudget", "budgets:TagResource", "budgets:UntagResource"]
          Resource = local.budget_arns[name]
        },
      ] : statement if length(statement.Resource) > 0
    ]
  }
}
