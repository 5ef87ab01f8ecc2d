# Rules for destinations in chats and in services of AWS. destination_rules.tf reports them.

locals {
  # The ARN of each destination whose kind needs one, or "none".
  arns = {
    for name, destination in var.destinations :
    name => coalesce(destination[local.arn_options[destination.kind]], "none")
    if contains(keys(local.arn_options), destination.kind)
  }

  chat_problems = flatten([for name, destination in var.destinations : [
    for problem, exists in {
      "chat must be the id of a chat, such as \"-1001234567890\", or the name of a public one, such as \"@orders\"" = (
        !can(regex(local.chat_pattern, destination.chat))
      )
      "thread must be a whole number from 1 to ${local.max_thread}" = destination.thread != null && !try(
        destination.thread >= 1 && destination.thread <= local.max_thread &&
        floor(destination.thread) == destination.thread,
        false,
      )
    } : "${name}: ${problem}" if exists
  ] if destination.kind == "telegram"])

  arn_problems = [
    for name, arn in local.arns : format(
      "%s: %s must be an ARN%s, such as %s:%s, and is %s",
      name, local.arn_options[var.destinations[name].kind],
      var.destinations[name].kind == "s3" ? " of a bucket without dots in its name" : "",
      local.arn_prefix, local.arn_examples[var.destinations[name].kind], arn,
    ) if !can(regex("^${local.arn_prefix}:${local.arn_patterns[var.destinations[name].kind]}$", arn))
  ]

  # Deliveries to them would be events again, or would be in the way of Hookline's own objects.
  own_arns = concat(
    [local.policy_arns.intake, local.policy_arns.retry, local.policy_arns.dlq],
    [for bucket in [local.artifacts_bucket, local.payloads_bucket] : "${local.arn_prefix}:s3:::${bucket}"],
    [
      for function in ["ingest", "process", "recover"] :
      "${local.arn_prefix}:lambda:${local.arn_tail}:function:${local.prefix}-${function}"
    ],
  )

  aws_problems = flatten([for name, arn in local.arns : [
    for problem, exists in {
      "${local.arn_options[var.destinations[name].kind]} is a part of this deployment" = anytrue([
        for own in local.own_arns : arn == own || startswith(arn, "${own}:")
      ])
      "${local.arn_options[var.destinations[name].kind]} must be in the deployment's account, ${local.account_id}" = (
        contains(local.own_account_kinds, var.destinations[name].kind) &&
        try(split(":", arn)[4] != local.account_id, false)
      )
      "group is only for a FIFO queue or topic, whose name ends in .fifo" = (
        var.destinations[name].group != null && !endswith(arn, ".fifo")
      )
      "subject is only for subscriptions by e-mail, which a FIFO topic does not have" = (
        var.destinations[name].kind == "sns" && var.destinations[name].subject != null && endswith(arn, ".fifo")
      )
      "prefix must have at most 256 letters, digits and characters of !_.'()=-, with single slashes between" = (
        var.destinations[name].prefix != null && !(
          can(regex(local.prefix_pattern, var.destinations[name].prefix)) &&
          !can(regex("(^|/)[.]{1,2}(/|$)", var.destinations[name].prefix)) &&
          length(coalesce(var.destinations[name].prefix, "-")) <= 256
        )
      )
      "kms_key must be the ARN of a key, such as ${local.kms_key_example}" = (
        var.destinations[name].kms_key != null && !can(regex(local.kms_key_pattern, var.destinations[name].kms_key))
      )
      "kms_key must be in the region of the queue, topic or bucket" = try(
        split(":", var.destinations[name].kms_key)[3] != coalesce(split(":", arn)[3], var.region), false,
      )
    } : "${name}: ${problem}" if exists
  ]])
}
