# Secrets without values. A value in the configuration would be in the Terraform state, so an operator stores each value
# after the apply. Until then, ingest returns 503 for the source, and process retries events for the destination.
#
# A secret that is removed is only scheduled for deletion, and its name stays in use. The provider cannot restore it:
# scripts/restore-secrets.sh does, before the apply that adds the source or destination again.

locals {
  secrets = merge(
    { for name in var.sources : "sources/${name}" => "Signing secret of the source ${name}" },
    { for name in var.destinations : "destinations/${name}" => "Credential for the destination ${name}" },
    { for name in var.recoveries : "recovery/${name}" => "Token or App key for GitHub's API, for the source ${name}" },
  )
}

resource "aws_secretsmanager_secret" "this" {
  # checkov:skip=CKV_AWS_149: encrypted with the account's key for Secrets Manager; one role can read each secret
  # checkov:skip=CKV2_AWS_57: the sender rotates its secret, so no rotation function is possible
  for_each = local.secrets

  name                    = "${var.prefix}/${each.key}"
  description             = each.value
  recovery_window_in_days = var.recovery_window_in_days
}
