# What an account needs once, before the service itself: a place for its state, and roles by which a repository's workflows
# plan and apply it without a stored key. An administrator applies this, by hand and seldom:
#
#   terraform -chdir=terraform/bootstrap init
#   terraform -chdir=terraform/bootstrap apply -var region=... -var 'environments=["dev"]' -var github_owner=... ...
#
# No role that is made here may change what is made here.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  aws        = "arn:${data.aws_partition.current.partition}"

  # What is made here begins with one prefix, what an environment makes with another, and neither with the other's.
  own      = "${var.name}-bootstrap"
  prefixes = { for name in var.environments : name => "${var.name}-${name}" }

  # ARNs up to the resource's name, for services that have names.
  regional = {
    for service in ["cloudwatch", "cognito-idp", "dynamodb", "kms", "lambda", "logs", "secretsmanager", "ses", "sns", "sqs", "xray"] :
    service => "${local.aws}:${service}:${var.region}:${local.account_id}"
  }
  dashboards = "${local.aws}:cloudwatch::${local.account_id}:dashboard"
  iam        = "${local.aws}:iam::${local.account_id}"
  api        = "${local.aws}:apigateway:${var.region}:"

  # As the root module names them. Exactly these: a bucket's ARN has no account, so a pattern could match a stranger's.
  buckets = {
    for name, prefix in local.prefixes : name => {
      artifacts = "${local.aws}:s3:::${prefix}-artifacts-${local.account_id}"
      payloads  = "${local.aws}:s3:::${prefix}-payloads-${local.account_id}"
    }
  }
}

# What a role may do, by role and topic. Each topic is a policy of its own, because IAM limits how long one may be.
resource "aws_iam_policy" "this" {
  for_each = merge(local.plan_policies, local.apply_policies)

  name   = "${local.own}-${each.key}"
  policy = jsonencode({ Version = "2012-10-17", Statement = each.value })

  lifecycle {
    precondition {
      condition     = length(jsonencode({ Version = "2012-10-17", Statement = each.value })) <= 6144
      error_message = "The policy ${each.key} is longer than the 6144 characters that IAM takes: name fewer environments, or shorter ones."
    }
  }
}
