locals {
  url = var.domain_name == null ? aws_api_gateway_stage.this.invoke_url : "https://${var.domain_name}"
}

output "id" {
  description = "Id of the API."
  value       = aws_api_gateway_rest_api.this.id
}

output "name" {
  description = "Name of the API."
  value       = aws_api_gateway_rest_api.this.name
}

output "url" {
  description = "Base URL of the API: the custom domain, or API Gateway's own host with the stage."
  value       = local.url
}

output "stage_name" {
  description = "Name of the stage."
  value       = aws_api_gateway_stage.this.stage_name
}

output "webhooks_url" {
  description = "URL of POST /webhooks/<source>, without the source."
  value       = "${local.url}/webhooks"
}

output "events_url" {
  description = "URL of POST /events; null if `events_authorizer` is null."
  value       = var.events_authorizer == null ? null : "${local.url}/events"
}

output "sampling_rule_name" {
  description = "Name of the X-Ray sampling rule for the stage; null without a rule."
  value       = one([for rule in aws_xray_sampling_rule.this : rule.rule_name])
}
