# The service: names, region, packages and the API. The other files have the routing (variables_routing.tf,
# variables_sources.tf, variables_destinations.tf), limits (variables_limits.tf) and variables_observability.tf.

# Forms of names in the variables of sources, destinations and routes.
locals {
  # Names of sources, destinations and routes.
  name_pattern = "^[a-z][a-z0-9-]{0,62}$"

  header_pattern = "^[A-Za-z0-9_-]+$"
}

variable "name" {
  description = "Name of the service. Names in AWS begin with `<name>-<environment>`."
  type        = string
  default     = "hookline"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,20}$", var.name))
    error_message = <<-EOT
      name must be 2 to 21 lower-case letters, digits or hyphens, with a letter first; it is `${var.name}`.
    EOT
  }
}

variable "environment" {
  description = "Name of the environment, such as `dev` or `prod`. Names in AWS begin with `<name>-<environment>`."
  type        = string
  nullable    = false
}

variable "region" {
  description = "AWS region of all resources. It must be the region of the provider."
  type        = string
  nullable    = false

  validation {
    condition     = !can(regex("^[a-z]{2}-iso[a-z]?-", var.region))
    error_message = <<-EOT
      region must not be one of AWS's isolated (ISO) regions, such as `${var.region}`: nothing about them is public, so
      no part of Hookline was checked for them.
    EOT
  }

  validation {
    condition = can(regex("^[a-z]{2}-iso[a-z]?-", var.region)) || anytrue([
      for pattern in values(local.region_patterns) : can(regex(pattern, var.region))
    ])
    error_message = <<-EOT
      region must be the code of an AWS region, such as eu-west-1, us-gov-west-1, cn-north-1 or eusc-de-east-1; it is
      `${var.region}`.
    EOT
  }
}

variable "packages" {
  description = <<-EOT
    Packages of the functions, in one of three ways. `version` is a released version that `scripts/packages.sh` has
    downloaded. `directory` has `<function>/bootstrap.zip` for each function. `ingest`, `process` and `recover` are the
    paths of zip files that contain `bootstrap`. `recover` is needed if a source has `recover`.
  EOT
  type = object({
    version   = optional(string)
    directory = optional(string)
    ingest    = optional(string)
    process   = optional(string)
    recover   = optional(string)
  })
  nullable = false

  validation {
    condition = 1 == sum([
      for is_given in [
        var.packages.version != null,
        var.packages.directory != null,
        var.packages.ingest != null || var.packages.process != null || var.packages.recover != null,
      ] : is_given ? 1 : 0
    ])
    error_message = "packages must have one of `version`, `directory`, and the paths of `ingest` and `process`."
  }

  validation {
    condition     = (var.packages.ingest == null) == (var.packages.process == null)
    error_message = "packages must have the paths of both `ingest` and `process`; one is missing."
  }

  # It is a part of a path.
  validation {
    condition = (
      var.packages.version == null || can(regex("^[0-9]+[.][0-9]+[.][0-9]+(-[0-9A-Za-z.-]+)?$", var.packages.version))
    )
    error_message = <<-EOT
      packages.version must be a version such as 1.0.0; it is `${coalesce(var.packages.version, "null")}`.
    EOT
  }

  # destroy needs the files too, in this and the next two rules.
  validation {
    condition = var.packages.version == null || alltrue([
      for name in ["ingest", "process", "recover"] :
      try(fileexists("${path.root}/.hookline/${var.packages.version}/${var.architecture}/${name}/bootstrap.zip"), false)
    ])
    error_message = format(
      "the packages of version %[1]s for %[2]s are missing. Run `%[3]s %[1]s --architecture %[2]s --from RELEASE`.",
      coalesce(var.packages.version, "-"), var.architecture, "${path.module}/../../../scripts/packages.sh",
    )
  }

  validation {
    condition = var.packages.directory == null || alltrue([
      for name in ["ingest", "process", "recover"] :
      try(fileexists("${var.packages.directory}/${name}/bootstrap.zip"), false)
      || name == "recover" && alltrue([for source in var.sources : source.recover == null])
    ])
    error_message = format(
      "packages.directory `%s` has no %s. Run `cargo harness package`, or correct the path.",
      coalesce(var.packages.directory, "-"),
      join(", ", [
        for name in ["ingest", "process", "recover"] : "${name}/bootstrap.zip"
        if !try(fileexists("${var.packages.directory}/${name}/bootstrap.zip"), false)
      ]),
    )
  }

  validation {
    condition = alltrue([
      for path in [var.packages.ingest, var.packages.process, var.packages.recover] :
      path == null || try(fileexists(path), false)
    ])
    error_message = format(
      "packages names files that do not exist: %s. Run `cargo harness package`, or correct the paths.",
      join(", ", [
        for path in [var.packages.ingest, var.packages.process, var.packages.recover] : path
        if path != null && !try(fileexists(path), false)
      ]),
    )
  }

  validation {
    condition = (
      var.packages.ingest == null || var.packages.recover != null
      || alltrue([for source in var.sources : source.recover == null])
    )
    error_message = <<-EOT
      packages.recover is missing, and sources have `recover`. Run `cargo harness package`, and add the path.
    EOT
  }
}

variable "architecture" {
  description = "Instruction set of the packages: `arm64` or `x86_64`."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be `arm64` or `x86_64`, like the packages; it is `${var.architecture}`."
  }
}

variable "log_level" {
  description = "Lowest level that the functions log: `error`, `warn`, `info` or `debug`."
  type        = string
  default     = "info"
  nullable    = false

  validation {
    condition     = contains(["error", "warn", "info", "debug"], var.log_level)
    error_message = "log_level must be `error`, `warn`, `info` or `debug`; it is `${var.log_level}`."
  }
}

variable "bootstrap" {
  description = <<-EOT
    Prefix of the names of the bootstrap's resources, its output `prefix`, such as `hookline-bootstrap`. The functions'
    roles get the bootstrap's permissions boundary for this environment, without which its apply role cannot create a
    role, and the topic for alarms is encrypted with the bootstrap's key. null if the environment has no bootstrap: the
    topic is then not encrypted with a key of its own.
  EOT
  type        = string
  default     = null

  validation {
    condition     = var.bootstrap == null || can(regex("^${var.name}-bootstrap[a-z0-9-]{0,10}$", var.bootstrap))
    error_message = <<-EOT
      bootstrap must be the output `prefix` of terraform/bootstrap for this `name`, such as `${var.name}-bootstrap`; it
      is `${coalesce(var.bootstrap, "null")}`.
    EOT
  }
}

variable "permissions_boundary" {
  description = <<-EOT
    ARN of another policy that limits the functions' roles, instead of the boundary of `bootstrap`. An apply role of the
    bootstrap cannot create a role with it.
  EOT
  type        = string
  default     = null

  validation {
    condition = (
      var.permissions_boundary == null ||
      can(regex("^arn:[a-z-]+:iam::[0-9]{12}:policy/.+$", var.permissions_boundary))
    )
    error_message = <<-EOT
      permissions_boundary must be the ARN of an IAM policy; it is `${coalesce(var.permissions_boundary, "null")}`.
    EOT
  }
}

variable "identity_enabled" {
  description = <<-EOT
    Whether to create a user pool, and with it POST /events. Disabling it deletes the user pool with all its clients,
    after an apply with force_destroy.
  EOT
  type        = bool
  default     = true
  nullable    = false
}

variable "cognito_domain" {
  description = "First label of the token endpoint's host name; null means `<prefix>-<account id>`."
  type        = string
  default     = null
}

variable "artifacts_bucket" {
  description = "Name of the bucket for packages; null means `<prefix>-artifacts-<account id>`."
  type        = string
  default     = null

  validation {
    condition     = !strcontains(coalesce(var.artifacts_bucket, "-"), ".")
    error_message = <<-EOT
      artifacts_bucket must not contain dots: S3's certificate is for *.s3.<region>.amazonaws.com, which does not cover
      `${coalesce(var.artifacts_bucket, "-")}`, so a TLS connection to the bucket's own host name fails. Use hyphens.
    EOT
  }
}

variable "payloads_bucket" {
  description = "Name of the bucket for offloaded payloads; null means `<prefix>-payloads-<account id>`."
  type        = string
  default     = null

  validation {
    condition     = !strcontains(coalesce(var.payloads_bucket, "-"), ".")
    error_message = <<-EOT
      payloads_bucket must not contain dots: S3's certificate is for *.s3.<region>.amazonaws.com, which does not cover
      `${coalesce(var.payloads_bucket, "-")}`, so a TLS connection to the bucket's own host name fails. Use hyphens.
    EOT
  }
}

variable "force_destroy" {
  description = <<-EOT
    Whether destroy also deletes buckets that contain objects, and the protected table and user pool. For short-lived
    environments. Apply with this setting before the destroy.
  EOT
  type        = bool
  default     = false
  nullable    = false
}
