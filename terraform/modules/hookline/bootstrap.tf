# What the environment uses of the bootstrap. The names of the bootstrap's resources follow from its prefix and the
# environment, so no configuration contains an account ID.

locals {
  iam_policies = "arn:${data.aws_partition.current.partition}:iam::${local.account_id}:policy"

  bootstrap_boundary = (
    var.bootstrap == null ? null : "${local.iam_policies}/${var.bootstrap}-boundary-${var.environment}"
  )
  permissions_boundary = var.permissions_boundary != null ? var.permissions_boundary : local.bootstrap_boundary

  alarms_key_alias = var.bootstrap == null ? null : "alias/${var.bootstrap}-alarms-${var.environment}"
}
