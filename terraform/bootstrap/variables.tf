# The account and its environments. Trust policies and ARNs contain these values, so patterns are invalid.

variable "name" {
  description = "Name of the service, as in the root module. Names of AWS resources begin with `<name>-`."
  type        = string
  default     = "hookline"
  nullable    = false

  validation {
    condition = can(regex("^[a-z][a-z0-9-]{1,20}$", var.name))
    error_message = join(" ", [
      "name must have 2 to 21 lower-case letters, digits or hyphens and begin with a letter;",
      "it is `${var.name}`.",
    ])
  }
}

variable "region" {
  description = "AWS region of the state bucket and of every environment."
  type        = string
  nullable    = false

  validation {
    condition     = !can(regex("^[a-z]{2}-iso[a-z]?-", var.region))
    error_message = <<-EOT
      region must not be one of AWS's isolated (ISO) regions, such as `${var.region}`: nothing about them is public, so
      no part of Hookline was checked for them.
    EOT
  }

  # The forms of modules/hookline/partitions.tf.
  validation {
    condition = can(regex(join("|", [
      "^[a-z]{2}-iso[a-z]?-",
      "^(?:af|ap|ca|eu|il|me|mx|sa|us)-[a-z]+-[0-9]+$",
      "^cn-[a-z]+-[0-9]+$",
      "^eusc-[a-z]+-[a-z]+-[0-9]+$",
      "^us-gov-[a-z]+-[0-9]+$",
    ]), var.region))
    error_message = <<-EOT
      region must be the code of an AWS region, such as eu-west-1, us-gov-west-1, cn-north-1 or eusc-de-east-1; it is
      `${var.region}`.
    EOT
  }
}

variable "label" {
  description = <<-EOT
    Second part of the names of this module's resources, which begin with `<name>-<label>`. A bootstrap of the same
    account in another region needs another label, such as `bootstrap-dr`, because names of IAM are global.
  EOT
  type        = string
  default     = "bootstrap"
  nullable    = false

  # The longest name is that of an apply role, which IAM limits to 64 characters. No environment begins with
  # `bootstrap`, so no role of an environment can change the resources of any bootstrap.
  validation {
    condition     = can(regex("^bootstrap[a-z0-9-]{0,10}$", var.label))
    error_message = <<-EOT
      label must begin with `bootstrap` and have at most 19 lower-case letters, digits or hyphens; it is `${var.label}`.
    EOT
  }
}

variable "environments" {
  description = <<-EOT
    Environments of this account. Each is a workspace of the root module and an environment of the GitHub repository,
    and has its own apply role.
  EOT
  type        = set(string)
  nullable    = false

  # The plan role's policies name every environment, and IAM limits the length of a policy.
  validation {
    condition     = length(var.environments) >= 1 && length(var.environments) <= 8
    error_message = "environments must have 1 to 8 names; use another account for more environments."
  }

  validation {
    condition = alltrue([for name in var.environments : can(regex("^[a-z][a-z0-9-]{0,15}$", name))])
    error_message = format(
      "An environment must have 1 to 16 lower-case letters, digits or hyphens and begin with a letter; rename %s.",
      join(", ", [
        for name in var.environments : coalesce(name, "(null)") if !can(regex("^[a-z][a-z0-9-]{0,15}$", name))
      ]),
    )
  }

  validation {
    condition = alltrue([
      for name in var.environments : name != "default" && !startswith(coalesce(name, "?"), "bootstrap")
    ])
    error_message = join(" ", [
      "`default` is not an environment, and the names of this module's resources begin with <name>-bootstrap;",
      "choose another name.",
    ])
  }

  # A role can change every resource whose name begins with <name>-<environment>-, so no other environment can begin so.
  validation {
    condition = alltrue([
      for pair in setproduct(var.environments, var.environments) :
      !startswith(coalesce(pair[1], "?"), "${coalesce(pair[0], "?")}-")
    ])
    error_message = format(
      "The role of one environment could change the resources of another; rename %s.",
      join(", ", [
        for pair in setproduct(var.environments, var.environments) : "${pair[1]} (it begins with ${pair[0]}-)"
        if startswith(coalesce(pair[1], "?"), "${coalesce(pair[0], "?")}-")
      ]),
    )
  }
}

variable "api_gateway_logs_role" {
  description = <<-EOT
    Whether to create and set the role that API Gateway writes access logs with. An account has one role for each region
    and all of its APIs. Use `false` if the account already has one; otherwise this module replaces it.
  EOT
  type        = bool
  default     = true
  nullable    = false
}
