# Generated from terraform/modules/hookline/variables.tf by `.ci/terraform-interface --write`: edit that file instead.

variable "name" {
  description = "Name of the service; names in AWS begin with <name>-<workspace>"
  type        = string
  default     = "hookline"
  nullable    = false
}

variable "region" {
  description = "AWS region that everything is made in"
  type        = string
  nullable    = false
}

variable "packages" {
  description = "Paths of the zip files that hold each function's `bootstrap`"
  type = object({
    ingest  = string
    process = string
  })
  nullable = false
}

variable "architecture" {
  description = "Instruction set that the packages are built for: arm64 or x86_64"
  type        = string
  default     = "arm64"
  nullable    = false
}

variable "pinned_versions" {
  description = "Published version that each function's alias is held at, for a rollback; null follows the latest"
  type = object({
    ingest  = optional(string)
    process = optional(string)
  })
  default  = {}
  nullable = false
}

variable "log_level" {
  description = "Least severe level that the functions log: error, warn, info or debug"
  type        = string
  default     = "info"
  nullable    = false
}

variable "permissions_boundary" {
  description = "ARN of the policy that bounds what the functions' roles may ever do: the bootstrap's permissions_boundary_arns for this workspace. The apply role makes no role without it; null where somebody else applies"
  type        = string
  default     = null
}

variable "api_type" {
  description = <<-EOT
    Which API of API Gateway stands in front: "rest" or "http". The REST API can have a firewall (WAF), traces, and answers
    in our form of a problem where it refuses by itself; LocalStack's community image has it. The HTTP API costs $1.00
    instead of $3.50 a million requests and checks tokens by a JWT authorizer of its own. The routes are the same, the URL
    is another: whoever changes the type has to tell every sender.
  EOT
  type        = string
  default     = "rest"
  nullable    = false
}

variable "identity_enabled" {
  description = "Whether there is a user pool and with it POST /events. Turning it off deletes the pool with every client in it, once force_destroy has been applied"
  type        = bool
  default     = true
  nullable    = false
}

variable "cognito_domain" {
  description = "First label of the token endpoint's host; null makes <prefix>-<account id>"
  type        = string
  default     = null
}

variable "artifacts_bucket" {
  description = "Name for the bucket of packages; null makes <prefix>-artifacts-<account id>"
  type        = string
  default     = null
}

variable "payloads_bucket" {
  description = "Name for the bucket of large payloads; null makes <prefix>-payloads-<account id>"
  type        = string
  default     = null
}

variable "force_destroy" {
  description = "Whether destroy also removes a bucket that holds objects and a protected user pool; for environments that come and go. It takes effect at the apply before the destroy: apply with it first"
  type        = bool
  default     = false
  nullable    = false
}
