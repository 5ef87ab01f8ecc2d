# What the backend, the workflows and the root module take. None is a secret.

output "state_bucket" {
  description = "Name of the state bucket: `terraform init -backend-config=bucket=...` in the root module"
  value       = aws_s3_bucket.state.bucket

  # Known once it is encrypted and closed: what is put there is so from the start.
  depends_on = [
    aws_s3_bucket_versioning.state,
    aws_s3_bucket_server_side_encryption_configuration.state,
    aws_s3_bucket_ownership_controls.state,
    aws_s3_bucket_policy.state,
  ]
}

output "region" {
  description = "Region of the state bucket: `-backend-config=region=...`"
  value       = var.region
}

output "plan_role_arn" {
  description = "ARN of the role that workflows plan by"
  value       = aws_iam_role.plan.arn
}

output "apply_role_arns" {
  description = "ARN of the role that workflows apply by, by environment"
  value       = { for name, role in aws_iam_role.apply : name => role.arn }
}

output "permissions_boundary_arns" {
  description = "ARN of the policy that every role of an environment has to carry, by environment: the root module's permissions_boundary"
  value       = { for name, policy in aws_iam_policy.boundary : name => policy.arn }
}

output "oidc_provider_arn" {
  description = "ARN of the account's OIDC provider for GitHub, for other roles that trust it"
  value       = local.oidc_arn
}
