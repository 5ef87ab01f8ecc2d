output "user_pool_id" {
  description = "Id of the user pool."
  value       = aws_cognito_user_pool.this.id
}

output "user_pool_arn" {
  description = "ARN of the user pool."
  value       = aws_cognito_user_pool.this.arn
}

output "issuer" {
  description = "Issuer in the pool's tokens (`iss`)."
  value       = "https://${aws_cognito_user_pool.this.endpoint}"
}

output "client_id" {
  description = "Id of the machine client. Read its secret from Cognito."
  value       = aws_cognito_user_pool_client.this.id
}

output "domain" {
  description = "First label of the token endpoint's host name."
  value       = aws_cognito_user_pool_domain.this.domain
}

output "scopes" {
  description = "Scopes of a token for POST /events."
  value       = aws_cognito_resource_server.this.scope_identifiers
}
