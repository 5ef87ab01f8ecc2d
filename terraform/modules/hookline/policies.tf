# The permissions of each function, in addition to logging and tracing. Each statement names the resources that AWS
# evaluates for its actions. All ARNs are built from names, so the plan shows the complete policies and their length.

locals {
  arn_prefix = "arn:${data.aws_partition.current.partition}"
  arn_tail   = "${var.region}:${local.account_id}"

  policy_arns = {
    intake = "${local.arn_prefix}:sqs:${local.arn_tail}:${local.prefix}-intake"
    retry  = "${local.arn_prefix}:sqs:${local.arn_tail}:${local.prefix}-retry"
    dlq    = "${local.arn_prefix}:sqs:${local.arn_tail}:${local.prefix}-intake-dlq"
    table  = "${local.arn_prefix}:dynamodb:${local.arn_tail}:table/${local.prefix}-idempotency"

    events = "${local.arn_prefix}:dynamodb:${local.arn_tail}:table/${local.prefix}-events"

    # All payloads have one prefix, so the functions have no access to other objects that operators put into the bucket.
    payloads = "${local.arn_prefix}:s3:::${local.payloads_bucket}/payloads/*"

    log = "${local.arn_prefix}:s3:::${local.payloads_bucket}/log/*"

    payloads_bucket = "${local.arn_prefix}:s3:::${local.payloads_bucket}"

    # policy_size.tf decides whether a policy names each secret.
    source_secrets      = local.secret_arns.sources
    destination_secrets = local.secret_arns.destinations

    # The buses of destinations, and the bus for transitions of the circuit breakers.
    buses = distinct([
      for bus in concat(
        [for destination in var.destinations : destination.bus if destination.kind == "eventbridge"],
        [var.breaker.event_bus],
      ) :
      startswith(bus, "arn:") ? bus : "${local.arn_prefix}:events:${local.arn_tail}:event-bus/${bus}" if bus != ""
    ])
  }

  statements = {
    ingest = [
      { sid = "Enqueue", actions = ["sqs:SendMessage"], resources = [local.policy_arns.intake] },
      { sid = "StorePayloads", actions = ["s3:PutObject"], resources = [local.policy_arns.payloads] },
      {
        sid       = "ReadSourceSecrets"
        actions   = ["secretsmanager:GetSecretValue"]
        resources = local.policy_arns.source_secrets
      },
      # One object, and only if there is one. Each version of the function reads the version of the object that it has
      # in its environment.
      { sid = "ReadConfiguration", actions = ["s3:GetObjectVersion"], resources = local.configuration_arns.ingest },
    ]
    process = concat(
      [
        {
          sid = "ReadQueues"
          actions = [
            "sqs:ChangeMessageVisibility",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:ReceiveMessage",
          ]
          resources = [local.policy_arns.intake, local.policy_arns.retry]
        },
        {
          sid = "ClaimDeliveries"
          # Process uses PartiQL statements for several claims, and the item operations for one. It reads the states of
          # all destinations in one call, and changes the state of one.
          actions = [
            "dynamodb:BatchGetItem", "dynamodb:PartiQLInsert",
            "dynamodb:PartiQLUpdate", "dynamodb:PutItem", "dynamodb:UpdateItem",
          ]
          resources = var.idempotency.enabled ? [local.policy_arns.table] : []
        },
        {
          sid       = "MoveMessages"
          actions   = ["sqs:SendMessage"]
          resources = [local.policy_arns.dlq, local.policy_arns.retry]
        },
        { sid = "FetchPayloads", actions = ["s3:GetObject"], resources = [local.policy_arns.payloads] },
        # Without it, S3 returns 403 instead of 404 for a payload that is missing, and process would retry to the end.
        # S3 evaluates the action for the bucket without a prefix, so a condition on the prefix would not match.
        { sid = "FindPayloads", actions = ["s3:ListBucket"], resources = [local.policy_arns.payloads_bucket] },
        {
          sid       = "ReadDestinationSecrets"
          actions   = ["secretsmanager:GetSecretValue"]
          resources = local.policy_arns.destination_secrets
        },
      ],
      local.email_statements,
      local.destination_statements,
      local.listen_statements,
      [
        {
          sid       = "IndexEvents"
          actions   = ["dynamodb:BatchWriteItem"]
          resources = var.event_log == null ? [] : [local.policy_arns.events]
        },
        {
          sid       = "StoreEvents"
          actions   = ["s3:PutObject"]
          resources = var.event_log == null ? [] : [local.policy_arns.log]
        },
        { sid = "PutEvents", actions = ["events:PutEvents"], resources = local.policy_arns.buses },
        { sid = "ReadConfiguration", actions = ["s3:GetObjectVersion"], resources = local.configuration_arns.process },
      ],
    )
    recover = local.recover_statements
  }

  # A statement needs resources: without sources, for example, there are no secrets to read.
  role_statements = {
    for name, statements in local.statements : name => [
      for statement in statements : merge({ conditions = [] }, statement) if length(statement.resources) > 0
    ]
  }
}

data "aws_iam_policy_document" "ingest" {
  dynamic "statement" {
    for_each = local.role_statements.ingest

    content {
      sid       = statement.value.sid
      actions   = statement.value.actions
      resources = statement.value.resources
    }
  }
}

data "aws_iam_policy_document" "process" {
  dynamic "statement" {
    for_each = local.role_statements.process

    content {
      sid       = statement.value.sid
      actions   = statement.value.actions
      resources = statement.value.resources

      dynamic "condition" {
        for_each = statement.value.conditions

        content {
          test     = condition.value.test
          variable = condition.value.variable
          values   = condition.value.values
        }
      }
    }
  }
}
