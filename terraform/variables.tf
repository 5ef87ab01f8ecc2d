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
  description = "Path of each function's package, a zip file that contains `bootstrap`."
  type = object({
    ingest  = string
    process = string
  })
  nullable = false
}

variable "architecture" {
  description = "Instruction set of the packages: `arm64` or `x86_64`."
  type        = string
  default     = "arm64"
  nullable    = false
}

variable "pinned_versions" {
  description = "Published version that each function's alias points to, for a rollback; null means the latest version."
  type = object({
    ingest  = optional(string)
    process = optional(string)
  })
  default  = {}
  nullable = false
}

variable "log_level" {
  description = "Lowest level that the functions log: `error`, `warn`, `info` or `debug`."
  type        = string
  default     = "info"
  nullable    = false
}

variable "permissions_boundary" {
  description = <<-EOT
    ARN of the policy that limits the functions' roles: the output `permissions_boundary_arns` of the bootstrap for this
    environment. The apply role of the bootstrap cannot create a role without it. null if another role applies.
  EOT
  type        = string
  default     = null
}

variable "api_type" {
  description = <<-EOT
    Type of the API in API Gateway: `rest` or `http`. The REST API supports a firewall (WAF), traces, and error
    responses in Hookline's format. The HTTP API costs $1.00 instead of $3.50 per million requests and checks tokens
    with its own JWT authorizer. Both have the same routes. A new type means a new URL, which every sender must learn.
  EOT
  type        = string
  default     = "rest"
  nullable    = false
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
