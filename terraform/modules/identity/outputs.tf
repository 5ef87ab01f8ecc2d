output "user_pool_id" {
  description = "Id of the user pool"
  value       = aws_cognito_user_pool.this.id
}

output "user_pool_arn" {
  description = "ARN of the user pool"
  value       = aws_cognito_user_pool.this.arn
}

output "issuer" {
  description = "Issuer of the pool's tokens, as they name it"
  value       = "https://${aws_cognito_user_pool.this.endpoint}"
}

output "client_id" {
  description = "Id of the machine client; its secret is read from Cognito by who may"
  value       = aws_cognito_user_pool_client.this.id
}

output "domain" {
  description = "First label of the token endpoint's host"
  value       = aws_cognito_user_pool_domain.this.domain
}

output "scopes" {
  description = "Scopes that a token for POST /events carries"
  value       = aws_cognito_resource_server.this.scope_identifiers
}
