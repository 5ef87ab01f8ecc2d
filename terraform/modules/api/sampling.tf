# The share of requests that X-Ray records. Without this rule, X-Ray's default rule applies: one request per second and
# 5 % of the others. On a service with little traffic that is every request, and X-Ray bills each recorded trace. API
# Gateway makes the sampling decision, and the function follows it.

locals {
  # X-Ray limits a rule's name to 32 characters, and a prefix can have 38. The end of a long name distinguishes the
  # environments, so a hash of the name replaces it. The bootstrap computes the same name for the apply role's policy.
  sampling_rule_name = (
    length(var.name) <= 32 ? var.name : "${substr(var.name, 0, 23)}-${substr(sha1(var.name), 0, 8)}"
  )
}

# The rule matches only this stage. X-Ray evaluates rules with a lower priority number first.
resource "aws_xray_sampling_rule" "this" {
  for_each = var.trace_sampling == null ? {} : { stage = var.trace_sampling }

  rule_name      = local.sampling_rule_name
  priority       = 1000
  version        = 1
  fixed_rate     = each.value.rate
  reservoir_size = each.value.reservoir
  service_name   = "${aws_api_gateway_rest_api.this.name}/${aws_api_gateway_stage.this.stage_name}"
  service_type   = "AWS::ApiGateway::Stage"
  resource_arn   = "*"
  host           = "*"
  http_method    = "*"
  url_path       = "*"
}
