# What each function may do beside logging and tracing. Every action names the ARNs it is for.

locals {
  # All that is kept lies below one prefix: what else a person puts into the bucket is none of the functions' business.
  payload_objects = "${module.payloads.arn}/payloads/*"

  arn_tail = "${var.region}:${local.account_id}"
  emails   = { for name, destination in var.destinations : name => destination if destination.kind == "email" }

  # In SES's sandbox the recipients' identities are asked about too.
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
    sid       = "KeepPayloads"
    actions   = ["s3:PutObject"]
    resources = [local.payload_objects]
  }

  # A statement without resources is not valid, and without sources there are none.
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
      # By statements where there are several at once, by an item's own calls where there is one.
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

  # Only as the sender that the destination names, and only to its recipients.
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
