# The repository whose workflows use the roles.

variable "github_owner" {
  description = "Organization or user that owns the repository, exactly as GitHub writes it."
  type        = string
  nullable    = false

  validation {
    condition = can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{0,38}$", var.github_owner))
    error_message = join(" ", [
      "github_owner must be the name of one organization or user, without wildcards, slashes or colons;",
      "it is `${var.github_owner}`.",
    ])
  }
}

variable "github_repository" {
  description = "Name of the repository without its owner, exactly as GitHub writes it."
  type        = string
  nullable    = false

  validation {
    condition = can(regex("^[A-Za-z0-9._-]{1,100}$", var.github_repository))
    error_message = join(" ", [
      "github_repository must be the name of one repository, without owner, wildcards, slashes or colons;",
      "it is `${var.github_repository}`.",
    ])
  }
}

variable "github_owner_id" {
  description = <<-EOT
    ID of the owner: `gh api users/OWNER --jq .id`. If it is set, the roles also trust tokens with immutable IDs; with
    null they trust only tokens with names.
  EOT
  type        = number
  default     = null

  validation {
    condition = var.github_owner_id == null || try(
      var.github_owner_id >= 1 && floor(var.github_owner_id) == var.github_owner_id, false
    )
    error_message = "github_owner_id must be the number that `gh api users/OWNER --jq .id` prints."
  }

  validation {
    condition = (var.github_owner_id == null) == (var.github_repository_id == null)
    error_message = join(" ", [
      "github_owner_id and github_repository_id depend on each other, because a token has both IDs;",
      "set both or neither.",
    ])
  }
}

variable "github_repository_id" {
  description = <<-EOT
    ID of the repository: `gh api repos/OWNER/REPOSITORY --jq .id`. Repositories that were created after 15 July 2026
    need it and `github_owner_id`.
  EOT
  type        = number
  default     = null

  validation {
    condition = var.github_repository_id == null || try(
      var.github_repository_id >= 1 && floor(var.github_repository_id) == var.github_repository_id, false
    )
    error_message = "github_repository_id must be the number that `gh api repos/OWNER/REPOSITORY --jq .id` prints."
  }
}

variable "github_branch" {
  description = "Branch whose scheduled workflow plans every environment to find drift."
  type        = string
  default     = "main"
  nullable    = false

  validation {
    condition = can(regex("^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$", var.github_branch))
    error_message = join(" ", [
      "github_branch must be the name of one branch, without wildcards and without refs/heads/;",
      "it is `${var.github_branch}`.",
    ])
  }

  validation {
    condition     = !startswith(var.github_branch, "refs/")
    error_message = "github_branch must be only the name of the branch, such as main; remove refs/heads/."
  }
}

variable "github_oidc_provider_arn" {
  description = <<-EOT
    ARN of the account's OIDC provider for GitHub, if the account has one: an account can have only one. With null this
    module creates the provider.
  EOT
  type        = string
  default     = null

  validation {
    condition = var.github_oidc_provider_arn == null || can(regex(
      "^arn:[a-z-]+:iam::[0-9]{12}:oidc-provider/token\\.actions\\.githubusercontent\\.com$",
      var.github_oidc_provider_arn
    ))
    error_message = join(" ", [
      "github_oidc_provider_arn must be arn:aws:iam::<account ID>:oidc-provider/token.actions.githubusercontent.com;",
      "leave it unset to create the provider.",
    ])
  }
}
