output "name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "version" {
  description = "Latest published version, even if the alias points to another version."
  value       = aws_lambda_function.this.version
}

output "alias_name" {
  description = "Name of the alias."
  value       = aws_lambda_alias.this.name
}

output "alias_version" {
  description = "Published version that the alias points to."
  value       = aws_lambda_alias.this.function_version
}

output "alias_description" {
  description = "Description of the alias: why it points to its version."
  value       = aws_lambda_alias.this.description
}

output "alias_arn" {
  description = "ARN of the alias."
  value       = aws_lambda_alias.this.arn
}

output "alias_invoke_arn" {
  description = "ARN that API Gateway uses to invoke the alias."
  value       = aws_lambda_alias.this.invoke_arn
}

output "role_name" {
  description = "Name of the function's role."
  value       = aws_iam_role.this.name
}

output "role_policy_name" {
  description = "Name of the role's inline policy that contains `policy_json`."
  value       = aws_iam_role_policy.this.name
}

output "log_group_name" {
  description = "Name of the function's log group."
  value       = aws_cloudwatch_log_group.this.name
}

output "package_key" {
  description = "Key of the package in the artifacts bucket."
  value       = aws_s3_object.this.key
}

output "permissions_boundary" {
  description = "ARN of the role's permissions boundary; null without a boundary."
  value       = aws_iam_role.this.permissions_boundary
}
