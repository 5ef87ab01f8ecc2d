# The resource policy: it denies a source's methods to addresses outside of the source's `allowed_ips`.
#
# The policy always exists. Otherwise Terraform would remove the policy of the last source only after the new
# deployment, and a policy takes effect with a deployment.

locals {
  policy_statements = concat(
    [{ Effect = "Allow", Principal = "*", Action = "execute-api:Invoke", Resource = "{api}/*" }],
    flatten([for name, source in var.sources : [for method in source.methods : {
      Effect    = "Deny"
      Principal = "*"
      Action    = "execute-api:Invoke"
      Resource  = "{api}/${var.stage_name}/${method}/webhooks/${name}"
      Condition = { NotIpAddress = { "aws:SourceIp" = source.allowed_ips } }
    }] if source.allowed_ips != null]),
  )

  # Complete ARNs instead of `execute-api:/…`, which API Gateway would expand, so that the next plan has no change.
  policy_template = jsonencode({ Version = "2012-10-17", Statement = local.policy_statements })
  policy          = replace(local.policy_template, "{api}", aws_api_gateway_rest_api.this.execution_arn)

  # The length is known in the plan of a new API too, whose ARN is not.
  longest_api_arn = "arn:aws-us-gov:execute-api:ap-southeast-1:123456789012:abcdefghij"
  policy_length   = length(replace(local.policy_template, "{api}", local.longest_api_arn))
}

resource "aws_api_gateway_rest_api_policy" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  policy      = local.policy

  # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
  lifecycle {
    precondition {
      condition     = local.policy_length <= 8192
      error_message = <<-EOT
        The resource policy with allowed_ips has ${local.policy_length} characters, and AWS allows 8192. Use fewer or
        larger networks, or a web ACL with an IP set (web_acl_arn).
      EOT
    }
  }
}
