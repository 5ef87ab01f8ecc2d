# What an apply role may do to buckets, queues, tables, secrets and log groups.

locals {
  apply_storage = {
    for name, prefix in local.prefixes : name => [
      {
        Sid    = "MakeBuckets"
        Effect = "Allow"
        Action = [
          "s3:CreateBucket", "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:ListBucketVersions",
          "s3:PutBucketOwnershipControls", "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock", "s3:PutBucketTagging",
          "s3:PutBucketVersioning", "s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration", "s3:TagResource",
          "s3:UntagResource",
        ]
        Resource = values(local.buckets[name])
      },
      {
        Sid      = "PutPackages"
        Effect   = "Allow"
        Action   = ["s3:AbortMultipartUpload", "s3:DeleteObjectTagging", "s3:PutObject", "s3:PutObjectTagging"]
        Resource = ["${local.buckets[name].artifacts}/functions/*"]
      },
      # Of packages, whose older versions go with them, and of all that is in a bucket when force_destroy is set.
      {
        Sid      = "DeleteObjects"
        Effect   = "Allow"
        Action   = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
        Resource = [for bucket in values(local.buckets[name]) : "${bucket}/*"]
      },
      {
        Sid      = "MakeQueues"
        Effect   = "Allow"
        Action   = ["sqs:CreateQueue", "sqs:DeleteQueue", "sqs:SetQueueAttributes", "sqs:TagQueue", "sqs:UntagQueue"]
        Resource = ["${local.regional.sqs}:${prefix}-*"]
      },
      {
        Sid    = "MakeTables"
        Effect = "Allow"
        Action = [
          "dynamodb:CreateTable", "dynamodb:DeleteTable", "dynamodb:TagResource", "dynamodb:UntagResource",
          "dynamodb:UpdateTable", "dynamodb:UpdateTimeToLive",
        ]
        Resource = ["${local.regional.dynamodb}:table/${prefix}-*"]
      },
      # UpdateSecret is for descriptions; AWS has no way to allow it without the value, so this role can overwrite one.
      {
        Sid    = "MakeSecrets"
        Effect = "Allow"
        Action = [
          "secretsmanager:CreateSecret", "secretsmanager:DeleteSecret", "secretsmanager:TagResource",
          "secretsmanager:UntagResource", "secretsmanager:UpdateSecret",
        ]
        Resource = ["${local.regional.secretsmanager}:secret:${prefix}/*"]
      },
      {
        Sid    = "MakeLogGroups"
        Effect = "Allow"
        Action = [
          "logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:DeleteRetentionPolicy", "logs:PutRetentionPolicy",
          "logs:TagResource", "logs:UntagResource",
        ]
        Resource = ["${local.regional.logs}:log-group:/aws/lambda/${prefix}-*"]
      },
    ]
  }
}
