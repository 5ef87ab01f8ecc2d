# Permissions to read buckets, queues, secrets and tables, which the provider needs to refresh the root module's
# resources. They cover no secret values and no messages; the only objects are packages and configurations, and
# the only items pauses. The plan role can read every environment, and an apply role only its environment.

locals {
  readers = merge(
    { plan = [for name in var.environments : name] },
    { for name in var.environments : "apply-${name}" => [name] },
  )

  read_storage = {
    for reader, names in local.readers : reader => [
      {
        Sid    = "ReadBuckets"
        Effect = "Allow"
        Action = [
          "s3:GetAccelerateConfiguration", "s3:GetBucketAcl", "s3:GetBucketCORS", "s3:GetBucketLocation",
          "s3:GetBucketLogging", "s3:GetBucketObjectLockConfiguration", "s3:GetBucketOwnershipControls",
          "s3:GetBucketPolicy", "s3:GetBucketPublicAccessBlock", "s3:GetBucketRequestPayment", "s3:GetBucketTagging",
          "s3:GetBucketVersioning", "s3:GetBucketWebsite", "s3:GetEncryptionConfiguration",
          "s3:GetLifecycleConfiguration", "s3:GetReplicationConfiguration", "s3:ListBucket", "s3:ListTagsForResource",
        ]
        Resource = flatten([for name in names : [local.buckets[name].artifacts, local.buckets[name].payloads]])
      },
      {
        Sid      = "ReadPackages"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectTagging"]
        Resource = [for name in names : "${local.buckets[name].artifacts}/functions/*"]
      },
      {
        Sid      = "ReadQueues"
        Effect   = "Allow"
        Action   = ["sqs:GetQueueAttributes", "sqs:ListQueueTags"]
        Resource = [for name in names : "${local.regional_arns.sqs}:${local.prefixes[name]}-*"]
      },
      {
        Sid      = "ReadSecretNames"
        Effect   = "Allow"
        Action   = ["secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy"]
        Resource = [for name in names : "${local.regional_arns.secretsmanager}:secret:${local.prefixes[name]}/*"]
      },
    ]
  }

  read_tables = {
    for reader, names in local.readers : reader => [
      {
        Sid    = "ReadTables"
        Effect = "Allow"
        Action = [
          "dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive",
          "dynamodb:ListTagsOfResource",
        ]
        Resource = [for name in names : "${local.regional_arns.dynamodb}:table/${local.prefixes[name]}-*"]
      },
      {
        Sid       = "ReadPauses"
        Effect    = "Allow"
        Action    = ["dynamodb:GetItem"]
        Resource  = [for name in names : "${local.regional_arns.dynamodb}:table/${local.prefixes[name]}-idempotency"]
        Condition = { "ForAllValues:StringLike" = { "dynamodb:LeadingKeys" = ["pause#*"] } }
      },
    ]
  }
}
