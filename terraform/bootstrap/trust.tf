# Who may take which role: GitHub says in a token which repository runs a job and why, and AWS compares it, letter by
# letter. Never with a pattern: `repo:owner/*` would let in every repository that the owner ever makes.

resource "aws_iam_openid_connect_provider" "github" {
  count = var.github_oidc_provider_arn == null ? 1 : 0

  url            = "https://${local.issuer}"
  client_id_list = [local.audience]
}

locals {
  issuer   = "token.actions.githubusercontent.com"
  audience = "sts.amazonaws.com"
  oidc_arn = var.github_oidc_provider_arn == null ? "${local.iam}:oidc-provider/${local.issuer}" : var.github_oidc_provider_arn

  # GitHub writes a repository by its names or, if it was made after 15 July 2026 or has opted in, by names and ids. A
  # name can be given to somebody else, ids cannot; both are taken, so that a repository may change from one to the other.
  repositories = concat(
    ["${var.github_owner}/${var.github_repository}"],
    var.github_owner_id == null || var.github_repository_id == null ? [] : [
      "${var.github_owner}@${var.github_owner_id}/${var.github_repository}@${var.github_repository_id}",
    ],
  )

  # A pull request from a fork gets no token, but whoever may push a branch may plan. Whether a job may name an environment
  # is for the environment's rules in GitHub to say: its reviewers, and the branches that may deploy to it.
  runs = merge(
    { plan = ["pull_request", "ref:refs/heads/${var.github_branch}"] },
    { for name in var.environments : "apply-${name}" => ["environment:${name}"] },
  )

  subjects = {
    for role, runs in local.runs : role => [
      for pair in setproduct(local.repositories, runs) : "repo:${pair[0]}:${pair[1]}"
    ]
  }

  trust = {
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
