# These checks are not validations of the variable, because `terraform validate` in the workspace `default` has to pass.

output "prefix" {
  description = "First part of every name in AWS: `<name>-<environment>`."
  value       = local.prefix

  precondition {
    condition     = var.environment != "default"
    error_message = <<-EOT
      The workspace `default` is not an environment. Use `scripts/workspace.sh dev plan` (or another environment), or
      run `terraform workspace select -or-create dev` and plan with -var-file=environments/dev.tfvars.
    EOT
  }

  precondition {
    condition     = can(regex("^[a-z][a-z0-9-]{0,15}$", var.environment))
    error_message = <<-EOT
      The environment `${var.environment}` is part of names in AWS. Rename it (the workspace): use 1 to 16 lower-case
      letters, digits or hyphens, with a letter first.
    EOT
  }
}
