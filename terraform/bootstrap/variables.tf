# Whose account, which environments and which repository. Everything in a trust policy comes from here, so nothing that
# could stand for more than itself is taken.

variable "name" {
  description = "Name of the service, as its own root module has it; names in AWS begin with <name>-"
  type        = string
  default     = "hookline"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,20}$", var.name))
    error_message = "name must be 2 to 21 lower-case letters, digits or hyphens and begin with a letter; it is '${var.name}'."
  }
}

variable "region" {
  description = "AWS region of the state bucket and of every environment"
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be the code of an AWS region, such as eu-west-1; it is '${var.region}'."
  }
}

variable "environments" {
  description = "Environments of this account: each is a workspace of the root module and an environment of the repository, and gets an apply role of its own"
  type        = set(string)
  nullable    = false

  # The plan role's policies name every environment, and IAM limits a policy's length.
  validation {
    condition     = length(var.environments) >= 1 && length(var.environments) <= 8
    error_message = "environments must name 1 to 8 environments; give more of them an account of their own."
  }

  validation {
    condition     = alltrue([for name in var.environments : can(regex("^[a-z][a-z0-9-]{0,15}$", name))])
    error_message = "An environment's name must be 1 to 16 lower-case letters, digits or hyphens, a letter first, as a workspace's; rename ${join(", ", [for name in var.environments : coalesce(name, "(null)") if !can(regex("^[a-z][a-z0-9-]{0,15}$", name))])}."
  }

  validation {
    condition     = alltrue([for name in var.environments : name != "default" && !startswith(coalesce(name, "?"), "bootstrap")])
    error_message = "'default' is no environment, and <name>-bootstrap is what the names of roles and boundaries begin with: choose other names."
  }

  # A role may do everything to what begins with <name>-<environment>-, so no other environment's names may begin so.
  validation {
    condition = alltrue([for pair in setproduct(var.environments, var.environments) :
      !startswith(coalesce(pair[1], "?"), "${coalesce(pair[0], "?")}-")
    ])
    error_message = "The role of one environment would reach into another: rename ${join(", ", [for pair in setproduct(var.environments, var.environments) : "${pair[1]} (it begins with ${pair[0]}-)" if startswith(coalesce(pair[1], "?"), "${coalesce(pair[0], "?")}-")])}."
  }
}

variable "api_gateway_logs_role" {
  description = "Whether to set the role by which API Gateway writes access logs. An account has one a region, for all of its APIs: false where somebody else has set it, else theirs is replaced"
  type        = bool
  default     = true
  nullable    = false
}
