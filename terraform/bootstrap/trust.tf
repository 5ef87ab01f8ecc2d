# The trust policies of the roles. GitHub's token names the repository and the reason of a job, and AWS compares the
# exact value. The policies have no patterns: `repo:owner/*` would trust every future repository of the owner.

resource "aws_iam_openid_connect_provider" "github" {
  count = var.github_oidc_provider_arn == null ? 1 : 0

  url            = "https://${local.issuer}"
  client_id_list = [local.audience]
}

locals {
  issuer   = "token.actions.githubusercontent.com"
  audience = "sts.amazonaws.com"
  oidc_arn = coalesce(var.github_oidc_provider_arn, "${local.iam_arn}:oidc-provider/${local.issuer}")

  # GitHub's token has the names of the owner and the repository. For repositories that were created after 15 July 2026
  # or have opted in, it has their IDs as well. A name can be reused by another owner, an ID cannot. The roles trust
  # both forms, so that a repository can change from one to the other.
  repositories = concat(
    ["${var.github_owner}/${var.github_repository}"],
    var.github_owner_id == null || var.github_repository_id == null ? [] : [
      "${var.github_owner}@${var.github_owner_id}/${var.github_repository}@${var.github_repository_id}",
    ],
  )

  # A pull request from a fork gets no token, but every user who can push a branch can plan. The protection rules of the
  # GitHub environment decide whether a job can use that environment: its reviewers, and the branches that can deploy to
  # it.
  job_contexts = merge(
    { plan = ["pull_request", "ref:refs/heads/${var.github_branch}"] },
    { for name in var.environments : "apply-${name}" => ["environment:${name}"] },
  )

  subjects = {
    for role, contexts in local.job_contexts : role => [
      for pair in setproduct(local.repositories, contexts) : "repo:${pair[0]}:${pair[1]}"
    ]
  }

  trust_policies = {
    for role, subjects in local.subjects : role => {
      Version = "2012-10-17"
      Statement = [{
        Effect    = "Allow"
        Principal = { Federated = local.oidc_arn }
        Action    = "sts:AssumeRoleWithWebIdentity"
        Condition = {
          StringEquals = {
            "${local.issuer}:aud" = local.audience
            "${local.issuer}:sub" = subjects
          }
        }
      }]
    }
  }
}
