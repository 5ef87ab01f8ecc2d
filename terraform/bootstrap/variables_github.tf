# The repository whose workflows take the roles.

variable "github_owner" {
  description = "Organization or user that owns the repository, written exactly as GitHub writes it"
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{0,38}$", var.github_owner))
    error_message = "github_owner must be the name of one organization or user, without wildcard, slash or colon; it is '${var.github_owner}'."
  }
}

variable "github_repository" {
  description = "Name of the repository without its owner, written exactly as GitHub writes it"
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._-]{1,100}$", var.github_repository))
    error_message = "github_repository must be the name of one repository, without owner, wildcard, slash or colon; it is '${var.github_repository}'."
  }
}

variable "github_owner_id" {
  description = "Number of the owner: `gh api users/OWNER --jq .id`. With it, tokens with immutable ids are taken too; null takes those with names only"
  type        = number
  default     = null

  validation {
    condition     = var.github_owner_id == null || try(var.github_owner_id >= 1 && floor(var.github_owner_id) == var.github_owner_id, false)
    error_message = "github_owner_id must be a whole number, the one that `gh api users/OWNER --jq .id` prints."
  }

  validation {
    condition     = (var.github_owner_id == null) == (var.github_repository_id == null)
    error_message = "github_owner_id and github_repository_id need each other, because a token names both: give both, or neither."
  }
}

variable "github_repository_id" {
  description = "Number of the repository: `gh api repos/OWNER/REPOSITORY --jq .id`. Repositories made after 15 July 2026 need it and github_owner_id"
  type        = number
  default     = null

  validation {
    condition     = var.github_repository_id == null || try(var.github_repository_id >= 1 && floor(var.github_repository_id) == var.github_repository_id, false)
    error_message = "github_repository_id must be a whole number, the one that `gh api repos/OWNER/REPOSITORY --jq .id` prints."
  }
}

variable "github_branch" {
  description = "Branch whose scheduled workflow plans every environment to find drift"
  type        = string
  default     = "main"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$", var.github_branch))
    error_message = "github_branch must be the name of one branch, without wildcard and without refs/heads/; it is '${var.github_branch}'."
  }

  validation {
    condition     = !startswith(var.github_branch, "refs/")
    error_message = "github_branch must be the branch's name alone, such as main: refs/heads/ is put before it."
  }
}

variable "github_oidc_provider_arn" {
  description = "ARN of the account's OIDC provider for GitHub, if it has one already: an account can have only one. Null makes it"
  type        = string
  default     = null

  validation {
    condition     = var.github_oidc_provider_arn == null || can(regex("^arn:[a-z-]+:iam::[0-9]{12}:oidc-provider/token\\.actions\\.githubusercontent\\.com$", var.github_oidc_provider_arn))
    error_message = "github_oidc_provider_arn must be arn:aws:iam::<account id>:oidc-provider/token.actions.githubusercontent.com; leave it out to make the provider."
  }
}
