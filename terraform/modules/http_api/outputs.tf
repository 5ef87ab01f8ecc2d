output "id" {
  description = "Id of the API."
  value       = aws_apigatewayv2_api.this.id
}

output "name" {
  description = "Name of the API."
  value       = aws_apigatewayv2_api.this.name
}

output "url" {
  description = "Base URL of the stage."
  value       = aws_apigatewayv2_stage.this.invoke_url
}

output "stage_name" {
  description = "Name of the stage."
  value       = aws_apigatewayv2_stage.this.name
}

output "webhooks_url" {
  description = "URL of POST /webhooks/{source}, without the source."
  value       = "${aws_apigatewayv2_stage.this.invoke_url}/webhooks"
}

output "events_url" {
  description = "URL of POST /events; null without an authorizer."
  value       = var.events_authorizer == null ? null : "${aws_apigatewayv2_stage.this.invoke_url}/events"
}
