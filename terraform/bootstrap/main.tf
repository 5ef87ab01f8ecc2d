# The prerequisites of an AWS account: the state bucket, and roles that the workflows of one repository plan and apply
# with, without stored keys. An administrator applies this root module manually, once for each account; README.md has an
# example. No role of this module can change the resources of this module.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  arn_prefix = "arn:${data.aws_partition.current.partition}"

  # KMS names a service like its host. It is not certain with which suffix in a partition that has its own.
  dns_suffixes = distinct(["amazonaws.com", data.aws_partition.current.dns_suffix])

  # Names of this module's resources begin with one prefix, names of an environment's resources with another. Neither
  # prefix is the beginning of the other.
  bootstrap_prefix = "${var.name}-${var.label}"
  prefixes         = { for name in var.environments : name => "${var.name}-${name}" }

  # The beginning of ARNs, up to the name of the resource, by service.
  regional_arns = {
    for service in [
      "cloudwatch", "cognito-idp", "dynamodb", "events", "kms", "lambda", "logs", "scheduler", "secretsmanager", "ses",
      "sns", "sqs", "xray",
    ] : service => "${local.arn_prefix}:${service}:${var.region}:${local.account_id}"
  }
  dashboard_arn = "${local.arn_prefix}:cloudwatch::${local.account_id}:dashboard"
  iam_arn       = "${local.arn_prefix}:iam::${local.account_id}"
  api_arn       = "${local.arn_prefix}:apigateway:${var.region}:"

  # The exact names that the root module gives its buckets. A bucket's ARN has no account ID, so a pattern could match
  # the bucket of another account.
  buckets = {
    for name, prefix in local.prefixes : name => {
      artifacts = "${local.arn_prefix}:s3:::${prefix}-artifacts-${local.account_id}"
      payloads  = "${local.arn_prefix}:s3:::${prefix}-payloads-${local.account_id}"
    }
  }
}

# The policies of the roles. Each role has one policy for each topic, because IAM limits the length of a policy.
resource "aws_iam_policy" "this" {
  for_each = merge(local.plan_policies, local.apply_policies)

  name   = "${local.bootstrap_prefix}-${each.key}"
  policy = jsonencode({ Version = "2012-10-17", Statement = each.value })

  lifecycle {
    precondition {
      condition = length(jsonencode({ Version = "2012-10-17", Statement = each.value })) <= 6144
      error_message = join(" ", [
        "The policy ${each.key} is longer than 6144 characters, which is the limit of IAM;",
        "use fewer environments or shorter names.",
      ])
    }
  }
}
