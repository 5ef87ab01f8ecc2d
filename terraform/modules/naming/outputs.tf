# Preconditions, not validations of the variable: `terraform validate` runs in the workspace "default" and has to pass.

output "prefix" {
  description = "What every name in AWS begins with: <name>-<workspace>"
  value       = local.prefix

  precondition {
    condition     = var.environment != "default"
    error_message = "The workspace 'default' is no environment. Run `terraform workspace select -or-create dev` (or staging, prod) and plan with -var-file=environments/<workspace>.tfvars."
  }

  precondition {
    condition     = can(regex("^[a-z][a-z0-9-]{0,15}$", var.environment))
    error_message = "The workspace '${var.environment}' cannot be part of a name in AWS: use 1 to 16 lower-case letters, digits or hyphens, a letter first."
  }
}
