# What functions may send events to, in the boundaries of all environments. A queue, bucket or topic of another account
# would be a way out for payloads, so only the listed ARNs are allowed.

locals {
  # The listed ARNs of each service.
  destination_arns = {
    for service in keys(local.destination_patterns) :
    service => sort([for arn in var.destination_arns : arn if split(":", arn)[2] == service])
  }

  destination_statements = [
    for statement in [
      {
        Sid      = "SendToQueues"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = local.destination_arns.sqs
      },
      {
        Sid      = "PublishToTopics"
        Effect   = "Allow"
        Action   = ["sns:Publish"]
        Resource = local.destination_arns.sns
      },
      # Also by the function's URL.
      {
        Sid      = "InvokeFunctions"
        Effect   = "Allow"
        Action   = ["lambda:InvokeFunction", "lambda:InvokeFunctionUrl"]
        Resource = local.destination_arns.lambda
      },
      {
        Sid      = "StartExecutions"
        Effect   = "Allow"
        Action   = ["states:StartExecution"]
        Resource = local.destination_arns.states
      },
      {
        Sid      = "PutRecords"
        Effect   = "Allow"
        Action   = ["firehose:PutRecord"]
        Resource = local.destination_arns.firehose
      },
      {
        Sid      = "ArchiveEvents"
        Effect   = "Allow"
        Action   = ["s3:PutObject"]
        Resource = [for bucket in local.destination_arns.s3 : "${bucket}/*"]
      },
      {
        Sid      = "InvokeApis"
        Effect   = "Allow"
        Action   = ["execute-api:Invoke"]
        Resource = local.destination_arns.execute-api
      },
      {
        Sid      = "SendToDomains"
        Effect   = "Allow"
        Action   = ["es:ESHttpPatch", "es:ESHttpPost", "es:ESHttpPut"]
        Resource = local.destination_arns.es
      },
      {
        Sid      = "CallCollections"
        Effect   = "Allow"
        Action   = ["aoss:APIAccessAll"]
        Resource = local.destination_arns.aoss
      },
      # The services that encrypt with a customer key use it with the permissions of the function.
      {
        Sid      = "UseKeysOfDestinations"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = local.destination_arns.kms
        Condition = {
          StringEquals = {
            "kms:ViaService" = [
              for part in setproduct(
                ["s3", "sns", "sqs"],
                distinct([for key in local.destination_arns.kms : split(":", key)[3]]),
                local.dns_suffixes,
              ) : join(".", part)
            ]
          }
        }
      },
    ] : statement if length(statement.Resource) > 0
  ]
}
