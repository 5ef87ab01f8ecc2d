# Permissions of an apply role for buckets, queues, tables, secrets and log groups.

locals {
  apply_storage = {
    for name, prefix in local.prefixes : name => [
      {
        Sid    = "ManageBuckets"
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
      # A release reads the large configuration of the new version of a function. Plans read only its properties.
      {
        Sid      = "ReadConfigurations"
        Effect   = "Allow"
        Action   = ["s3:GetObjectVersion"]
        Resource = ["${local.buckets[name].artifacts}/functions/*/configuration.json"]
      },
      # Terraform deletes packages with their old versions, and with `force_destroy` every object of a bucket.
      {
        Sid      = "DeleteObjects"
        Effect   = "Allow"
        Action   = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
        Resource = [for bucket in values(local.buckets[name]) : "${bucket}/*"]
      },
      {
        Sid      = "ManageQueues"
        Effect   = "Allow"
        Action   = ["sqs:CreateQueue", "sqs:DeleteQueue", "sqs:SetQueueAttributes", "sqs:TagQueue", "sqs:UntagQueue"]
        Resource = ["${local.regional_arns.sqs}:${prefix}-*"]
      },
      {
        Sid    = "ManageTables"
        Effect = "Allow"
        Action = [
          "dynamodb:CreateTable", "dynamodb:DeleteTable", "dynamodb:TagResource", "dynamodb:UntagResource",
          "dynamodb:UpdateTable", "dynamodb:UpdateTimeToLive",
        ]
        Resource = ["${local.regional_arns.dynamodb}:table/${prefix}-*"]
      },
      # Terraform creates and deletes the items by which operators pause destinations. The role cannot change the
      # records of deliveries.
      {
        Sid       = "ManagePauses"
        Effect    = "Allow"
        Action    = ["dynamodb:DeleteItem", "dynamodb:PutItem"]
        Resource  = ["${local.regional_arns.dynamodb}:table/${prefix}-idempotency"]
        Condition = { "ForAllValues:StringLike" = { "dynamodb:LeadingKeys" = ["pause#*"] } }
      },
      # Terraform updates descriptions with UpdateSecret. AWS cannot allow this without the value, so the role can
      # overwrite a secret's value. A source that returns within the recovery window needs RestoreSecret.
      {
        Sid    = "ManageSecrets"
        Effect = "Allow"
        Action = [
          "secretsmanager:CreateSecret", "secretsmanager:DeleteSecret", "secretsmanager:RestoreSecret",
          "secretsmanager:TagResource", "secretsmanager:UntagResource", "secretsmanager:UpdateSecret",
        ]
        Resource = ["${local.regional_arns.secretsmanager}:secret:${prefix}/*"]
      },
      {
        Sid    = "ManageLogGroups"
        Effect = "Allow"
        Action = [
          "logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:DeleteRetentionPolicy", "logs:PutRetentionPolicy",
          "logs:TagResource", "logs:UntagResource",
        ]
        Resource = ["${local.regional_arns.logs}:log-group:/aws/lambda/${prefix}-*"]
      },
    ]
  }
}
