# Copies of events for `hookline listen`, which sends them to a port of a developer's computer. Process reads the list
# of listeners from the idempotency table. The command creates a queue for each listener and removes it at the end, so
# Terraform manages neither.

locals {
  listen_environment = { for variable in ["HOOKLINE_LISTEN"] : variable => "true" if var.listen }

  # The names of these queues have a random part, so no other statement about queues has a wildcard.
  listen_statements = [
    {
      sid       = "CopyToListeners"
      actions   = ["sqs:SendMessage"]
      resources = var.listen ? ["${local.arn_prefix}:sqs:${local.arn_tail}:${local.prefix}-listen-*"] : []
    },
  ]
}
