# The permissions boundaries: the maximum permissions of a function. Every role that an apply role creates has the
# boundary of its environment, and a permission counts only if both the role's policy and the boundary allow it. Each
# environment has its own boundary; otherwise a role of dev could read the secrets of prod.

resource "aws_iam_policy" "boundary" {
  for_each = var.environments

  name = "${local.bootstrap_prefix}-boundary-${each.key}"
  # IAM cannot change a policy's description: a new text would replace the policy, which the functions' roles use.
  description = "The most that a function of ${local.prefixes[each.key]} can do"
  policy = jsonencode({
    Version = "2012-10-17"
    # Without event buses, recovery or destinations, the statements about them have no resource and are left out.
    Statement = concat(
      [for statement in local.boundary_statements[each.key] : statement if length(statement.Resource) > 0],
      local.destination_statements,
    )
  })

  lifecycle {
    precondition {
      condition     = local.boundary_characters[each.key] <= 6144
      error_message = <<-EOT
        The boundary of ${each.key} has ${local.boundary_characters[each.key]} characters, and IAM allows 6144. Shorten
        destination_arns or event_buses, or use another account for some environments.
      EOT
    }
  }
}

locals {
  boundary_arns = {
    for name in var.environments : name => "${local.iam_arn}:policy/${local.bootstrap_prefix}-boundary-${name}"
  }

  boundary_statements = {
    for name, prefix in local.prefixes : name => [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${local.regional_arns.logs}:log-group:/aws/lambda/${prefix}-*"]
      },
      # AWS has no ARNs for these two actions.
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
        Resource = ["${local.regional_arns.sqs}:${prefix}-*"]
      },
      {
        Sid      = "ReadSecrets"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = ["${local.regional_arns.secretsmanager}:secret:${prefix}/*"]
      },
      # Secrets and the functions' environment variables are encrypted with AWS managed keys (aws/secretsmanager and
      # aws/lambda), which the functions' roles use through these two services without a policy of their own. AWS does
      # not document whether a boundary limits such a use, so the boundary allows it.
      {
        Sid      = "UseKeysOfAws"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = ["${local.regional_arns.kms}:key/*"]
        Condition = {
          StringEquals = {
            "kms:ViaService" = [
              for pair in setproduct(["lambda", "secretsmanager"], local.dns_suffixes) :
              "${pair[0]}.${var.region}.${pair[1]}"
            ]
          }
        }
      },
      {
        Sid      = "StorePayloads"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = ["${local.buckets[name].payloads}/payloads/*"]
      },
      # Without it, S3 returns 403 instead of 404 for an object that does not exist.
      {
        Sid      = "FindPayloads"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = [local.buckets[name].payloads]
      },
      # A large configuration is an object next to the packages, which no function reads.
      {
        Sid      = "ReadConfiguration"
        Effect   = "Allow"
        Action   = ["s3:GetObjectVersion"]
        Resource = ["${local.buckets[name].artifacts}/functions/*/configuration.json"]
      },
      {
        Sid    = "ClaimDeliveries"
        Effect = "Allow"
        Action = [
          "dynamodb:BatchGetItem", "dynamodb:PartiQLInsert",
          "dynamodb:PartiQLUpdate", "dynamodb:PutItem", "dynamodb:UpdateItem",
        ]
        Resource = ["${local.regional_arns.dynamodb}:table/${prefix}-*"]
      },
      # The event log: objects next to the payloads, and the index. Functions write them and do not read them.
      {
        Sid      = "StoreEvents"
        Effect   = "Allow"
        Action   = ["s3:PutObject"]
        Resource = ["${local.buckets[name].payloads}/log/*"]
      },
      {
        Sid      = "IndexEvents"
        Effect   = "Allow"
        Action   = ["dynamodb:BatchWriteItem"]
        Resource = ["${local.regional_arns.dynamodb}:table/${prefix}-events"]
      },
      # Destinations and circuit breakers use e-mail identities and event buses that Hookline does not create. A bus of
      # another account would be a way out for payloads, so only the listed buses can get events.
      {
        Sid      = "SendEmail"
        Effect   = "Allow"
        Action   = ["ses:SendEmail"]
        Resource = ["${local.regional_arns.ses}:configuration-set/*", "${local.regional_arns.ses}:identity/*"]
      },
      {
        Sid      = "PutEvents"
        Effect   = "Allow"
        Action   = ["events:PutEvents"]
        Resource = local.event_buses
      },
      # GitHub recovery: the function reads its own items of the table, and the schedules invoke the function.
      {
        Sid      = "ReadRecoveryState"
        Effect   = "Allow"
        Action   = ["dynamodb:GetItem"]
        Resource = [for table in ["${local.regional_arns.dynamodb}:table/${prefix}-*"] : table if var.recovery]
      },
      {
        Sid      = "InvokeRecover"
        Effect   = "Allow"
        Action   = ["lambda:InvokeFunction"]
        Resource = [for alias in ["${local.regional_arns.lambda}:function:${prefix}-recover:*"] : alias if var.recovery]
      },
    ]
  }

  boundary_characters = {
    for name, statements in local.boundary_statements : name => length(jsonencode({
      Version = "2012-10-17"
      Statement = concat(
        [for statement in statements : statement if length(statement.Resource) > 0], local.destination_statements,
      )
    }))
  }

  event_buses = var.event_buses != null ? sort(var.event_buses) : ["${local.regional_arns.events}:event-bus/default"]
}
