# The permissions of each function, in addition to logging and tracing. Each statement names the ARNs of its resources.

locals {
  # All payloads have one prefix, so the functions have no access to other objects that operators put into the bucket.
  payload_objects = "${module.payloads.arn}/payloads/*"

  arn_tail = "${var.region}:${local.account_id}"
  emails   = { for name, destination in var.destinations : name => destination if destination.kind == "email" }

  # In the SES sandbox, SES also checks the permission for the recipients' identities.
  email_identities = {
    for name, email in local.emails : name => distinct(flatten([
      for address in concat([email.from], tolist(coalesce(email.to, []))) : [
        for identity in [address, split("@", address)[1]] :
        "arn:${data.aws_partition.current.partition}:ses:${local.arn_tail}:identity/${identity}"
      ]
    ]))
  }

  bus_arns = distinct([
    for destination in var.destinations : startswith(destination.bus, "arn:") ? destination.bus :
    "arn:${data.aws_partition.current.partition}:events:${local.arn_tail}:event-bus/${destination.bus}"
    if destination.kind == "eventbridge"
  ])
}

data "aws_iam_policy_document" "ingest" {
  statement {
    sid       = "Enqueue"
    actions   = ["sqs:SendMessage"]
    resources = [module.queue.arn]
  }

  statement {
    sid       = "StorePayloads"
    actions   = ["s3:PutObject"]
    resources = [local.payload_objects]
  }

  # A statement needs resources, and without sources there are none.
  dynamic "statement" {
    for_each = length(var.sources) > 0 ? [module.secrets.source_arns] : []

    content {
      sid       = "ReadSourceSecrets"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = values(statement.value)
    }
  }
}

data "aws_iam_policy_document" "process" {
  statement {
    sid = "ReadIntake"
    actions = [
      "sqs:ChangeMessageVisibility",
      "sqs:DeleteMessage",
      "sqs:GetQueueAttributes",
      "sqs:ReceiveMessage",
    ]
    resources = [module.queue.arn]
  }

  dynamic "statement" {
    for_each = module.idempotency[*].arn

    content {
      sid = "ClaimDeliveries"
      # Process uses PartiQL statements for several items, and the item operations for one.
      actions = [
        "dynamodb:DeleteItem", "dynamodb:PartiQLInsert", "dynamodb:PartiQLUpdate", "dynamodb:PutItem",
        "dynamodb:UpdateItem",
      ]
      resources = [statement.value]
    }
  }

  statement {
    sid       = "SendToDlq"
    actions   = ["sqs:SendMessage"]
    resources = [module.queue.dlq_arn]
  }

  statement {
    sid       = "FetchPayloads"
    actions   = ["s3:GetObject"]
    resources = [local.payload_objects]
  }

  dynamic "statement" {
    for_each = length(local.destinations_with_secret) > 0 ? [module.secrets.destination_arns] : []

    content {
      sid       = "ReadDestinationSecrets"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = values(statement.value)
    }
  }

  # Process can send e-mail only from the destination's sender to the destination's recipients.
  dynamic "statement" {
    for_each = local.emails

    content {
      sid       = "Email${index(keys(local.emails), statement.key)}"
      actions   = ["ses:SendEmail"]
      resources = local.email_identities[statement.key]

      condition {
        test     = "StringEquals"
        variable = "ses:FromAddress"
        values   = [statement.value.from]
      }

      condition {
        test     = "ForAllValues:StringEquals"
        variable = "ses:Recipients"
        values   = statement.value.to
      }
    }
  }

  dynamic "statement" {
    for_each = length(local.bus_arns) > 0 ? [local.bus_arns] : []

    content {
      sid       = "PutEvents"
      actions   = ["events:PutEvents"]
      resources = statement.value
    }
  }
}
