# Differences between AWS's partitions. A setting that a partition does not support is an error of the plan with the
# reason: AWS would reject it in the middle of an apply, or the result would not work. The same holds for what AWS does
# not document. docs/deploy.md#choose-a-region lists the differences with their sources.

locals {
  # The forms of the AWS SDKs: https://docs.aws.amazon.com/general/latest/gr/rande.html
  region_patterns = {
    aws        = "^(?:af|ap|ca|eu|il|me|mx|sa|us)-[a-z]+-[0-9]+$"
    aws-cn     = "^cn-[a-z]+-[0-9]+$"
    aws-eusc   = "^eusc-[a-z]+-[a-z]+-[0-9]+$"
    aws-us-gov = "^us-gov-[a-z]+-[0-9]+$"
  }

  # ARNs use the partition of the credentials (data.aws_partition); the plan checks that both are the same.
  partition = one([for partition, pattern in local.region_patterns : partition if can(regex(pattern, var.region))])

  identity_problem = lookup({
    aws-cn   = "the China regions have no Cognito user pools, and API Gateway has no Cognito authorizers there"
    aws-eusc = "AWS does not document the token endpoint of Cognito in the European Sovereign Cloud"
  }, coalesce(local.partition, "none"), null)

  email_problem = lookup({
    aws-cn = "the China regions have no SES"
  }, coalesce(local.partition, "none"), null)

  http_api_problem = lookup({
    aws-eusc = "AWS does not document HTTP APIs in the European Sovereign Cloud, and users report only REST APIs"
  }, coalesce(local.partition, "none"), null)

  budget_problem = lookup({
    aws-cn     = "the China regions bill in another currency than US dollars"
    aws-eusc   = "AWS does not document AWS Budgets in the European Sovereign Cloud, which bills in euros"
    aws-us-gov = "the costs of GovCloud are only in the associated standard account"
  }, coalesce(local.partition, "none"), null)

  # Lambda has no X-Ray integration there: https://docs.amazonaws.cn/en_us/aws/latest/userguide/lambda.html
  traces_functions = local.partition != "aws-cn"

  # GovCloud has only FIPS endpoints: https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/govcloud-cog.html
  token_host = join(".", [
    local.partition == "aws-us-gov" ? "auth-fips" : "auth", var.region, "amazoncognito.com",
  ])
}

output "partition" {
  description = "Partition of the region, such as `aws` or `aws-us-gov`."
  value       = local.partition

  precondition {
    condition     = data.aws_partition.current.partition == local.partition
    error_message = <<-EOT
      The region `${var.region}` is in the partition `${coalesce(local.partition, "none")}`, and the provider uses
      `${data.aws_partition.current.partition}`. Use the same region for the provider, and credentials of this
      partition.
    EOT
  }

  precondition {
    condition     = !var.identity_enabled || local.identity_problem == null
    error_message = <<-EOT
      identity_enabled must be false in `${var.region}`, because ${coalesce(local.identity_problem, "none")}. Without
      it, POST /events does not exist; let your services send signed requests to a source of their own instead.
    EOT
  }

  precondition {
    condition     = length(local.emails) == 0 || local.email_problem == null
    error_message = <<-EOT
      Destinations of the kind `email` cannot be used in `${var.region}`, because
      ${coalesce(local.email_problem, "none")}. Remove ${join(", ", keys(local.emails))}, or use another kind.
    EOT
  }

  precondition {
    condition     = var.api_type != "http" || local.http_api_problem == null
    error_message = <<-EOT
      api_type must be `rest` in `${var.region}`, because
      ${coalesce(local.http_api_problem, "none")}.
    EOT
  }

  precondition {
    condition     = var.budget == null || local.budget_problem == null
    error_message = <<-EOT
      budget must be null in `${var.region}`, because ${coalesce(local.budget_problem, "none")}.
    EOT
  }
}
