# Names only. A value that passed through Terraform would rest in its state, so a person fills each secret afterwards;
# until then ingest answers that the fault is ours and passes nothing, and what goes to such a destination waits.

locals {
  secrets = merge(
    { for name in var.sources : "sources/${name}" => "Signing secret of the source ${name}" },
    { for name in var.destinations : "destinations/${name}" => "Credential for the destination ${name}" },
  )
}

resource "aws_secretsmanager_secret" "this" {
  # checkov:skip=CKV_AWS_149: encrypted with the account's key for Secrets Manager; who may read is one role a secret
  # checkov:skip=CKV2_AWS_57: a sender's secret is rotated at the sender: no function of ours could
  for_each = local.secrets

  name                    = "${var.prefix}/${each.key}"
  description             = each.value
  recovery_window_in_days = var.recovery_window_in_days
}
