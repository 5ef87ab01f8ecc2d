# Values for the backend, the workflows and the root module. None of them is secret.

output "state_bucket" {
  description = "Name of the state bucket, for `terraform init -backend-config=bucket=…` in the root module."
  value       = aws_s3_bucket.state.bucket

  # The name is available after the bucket is encrypted and closed to the public, so no state is stored before that.
  depends_on = [
    aws_s3_bucket_versioning.state,
    aws_s3_bucket_server_side_encryption_configuration.state,
    aws_s3_bucket_ownership_controls.state,
    aws_s3_bucket_policy.state,
  ]
}

output "region" {
  description = "Region of the state bucket, for `terraform init -backend-config=region=…`."
  value       = var.region
}

output "plan_role_arn" {
  description = "ARN of the role that workflows plan with."
  value       = aws_iam_role.plan.arn
}

output "apply_role_arns" {
  description = "ARNs of the roles that workflows apply with, by environment."
  value       = { for name, role in aws_iam_role.apply : name => role.arn }
}

output "prefix" {
  description = <<-EOT
    First part of the names of this module's resources, for the root module's `bootstrap`, which derives the names of
    the environment's permissions boundary and alarm key from it.
  EOT
  value       = local.bootstrap_prefix
}

output "alarm_key_aliases" {
  description = "Aliases of the keys that encrypt the alarm topics, by environment."
  value       = { for name, alias in aws_kms_alias.alarms : name => alias.name }
}

output "permissions_boundary_arns" {
  description = "ARNs of the permissions boundaries, by environment."
  value       = { for name, policy in aws_iam_policy.boundary : name => policy.arn }
}

output "oidc_provider_arn" {
  description = "ARN of the account's OIDC provider for GitHub, for other roles that trust it."
  value       = local.oidc_arn
}
