# Generated from terraform/modules/hookline/variables.tf:
# edit that file, then run `.ci/terraform-interface --write`.

variable "name" {
  description = "Name of the service. Names in AWS begin with `<name>-<environment>`."
  type        = string
  default     = "hookline"
  nullable    = false
}

variable "region" {
  description = "AWS region of all resources. It must be the region of the provider."
  type        = string
  nullable    = false
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
}

variable "architecture" {
  description = "Instruction set of the packages: `arm64` or `x86_64`."
  type        = string
  default     = "arm64"
  nullable    = false
}

variable "log_level" {
  description = "Lowest level that the functions log: `error`, `warn`, `info` or `debug`."
  type        = string
  default     = "info"
  nullable    = false
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
}

variable "permissions_boundary" {
  description = <<-EOT
    ARN of another policy that limits the functions' roles, instead of the boundary of `bootstrap`. An apply role of the
    bootstrap cannot create a role with it.
  EOT
  type        = string
  default     = null
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
}

variable "payloads_bucket" {
  description = "Name of the bucket for offloaded payloads; null means `<prefix>-payloads-<account id>`."
  type        = string
  default     = null
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
