# The most that a function of an environment can ever do. Every role that an apply role makes carries it: whatever policy
# the role is given, only what stands here as well is allowed. One for each environment, else a role made for dev could
# read the secrets of prod.

resource "aws_iam_policy" "boundary" {
  for_each = var.environments

  name        = "${local.own}-boundary-${each.key}"
  description = "The most that a function of ${local.prefixes[each.key]} can do"
  policy      = jsonencode({ Version = "2012-10-17", Statement = local.boundaries[each.key] })
}

locals {
  boundary_arns = { for name in var.environments : name => "${local.iam}:policy/${local.own}-boundary-${name}" }

  boundaries = {
    for name, prefix in local.prefixes : name => [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${local.regional.logs}:log-group:/aws/lambda/${prefix}-*"]
      },
      # X-Ray has no resources to name for these two actions.
      {
        Sid      = "SendTraces"
        Effect   = "Allow"
        Action   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
        Resource = ["*"]
      },
      {
        Sid    = "UseQueues"
        Effect = "Allow"
        Action = [
          "sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage",
          "sqs:SendMessage",
        ]
        Resource = ["${local.regional.sqs}:${prefix}-*"]
      },
      {
        Sid      = "ReadSecrets"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = ["${local.regional.secretsmanager}:secret:${prefix}/*"]
      },
      {
        Sid      = "KeepPayloads"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = ["${local.buckets[name].payloads}/payloads/*"]
      },
      {
        Sid      = "ClaimDeliveries"
        Effect   = "Allow"
        Action   = ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PartiQLInsert", "dynamodb:PartiQLUpdate", "dynamodb:PutItem", "dynamodb:UpdateItem"]
        Resource = ["${local.regional.dynamodb}:table/${prefix}-*"]
      },
      # A destination names an identity and a bus that are not ours to name, the bus perhaps in another account, whose own
      # policy then has to let the role in.
      {
        Sid      = "Email"
        Effect   = "Allow"
        Action   = ["ses:SendEmail"]
        Resource = ["${local.regional.ses}:identity/*"]
      },
      {
        Sid      = "PutEvents"
        Effect   = "Allow"
        Action   = ["events:PutEvents"]
        Resource = ["${local.aws}:events:*:*:event-bus/*"]
      },
    ]
  }
}
