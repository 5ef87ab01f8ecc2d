# How many requests X-Ray records. Without a rule of ours its default holds, one request a second and 5 % of the rest: on a
# quiet service that is every request, and each is billed. The gateway is the first to decide, and the function does likewise.

locals {
  # X-Ray takes 32 characters and a prefix may have 38. Of a longer one the end is what tells environments apart, so a hash
  # stands for it. The bootstrap names the same rule in what a role may do.
  sampling_rule_name = length(var.name) <= 32 ? var.name : "${substr(var.name, 0, 23)}-${substr(sha1(var.name), 0, 8)}"
}

# It fits this stage alone; other rules of the account are asked first where their priority is a lower number.
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
