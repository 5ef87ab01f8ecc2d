# The root has the backend, the provider and this module call. The composition is in modules/hookline.
#
# `.ci/terraform-interface` generates variables*.tf and outputs.tf from the module, so both have the same interface.

module "hookline" {
  source = "./modules/hookline"

  name                   = var.name
  environment            = terraform.workspace
  region                 = var.region
  packages               = var.packages
  architecture           = var.architecture
  log_level              = var.log_level
  bootstrap              = var.bootstrap
  permissions_boundary   = var.permissions_boundary
  api_type               = var.api_type
  domain                 = var.domain
  api_quota              = var.api_quota
  web_acl_arn            = var.web_acl_arn
  identity_enabled       = var.identity_enabled
  cognito_domain         = var.cognito_domain
  artifacts_bucket       = var.artifacts_bucket
  payloads_bucket        = var.payloads_bucket
  force_destroy          = var.force_destroy
  destinations           = var.destinations
  functions              = var.functions
  queue                  = var.queue
  account_concurrency    = var.account_concurrency
  payload_retention_days = var.payload_retention_days
  retry_lane             = var.retry_lane
  retry                  = var.retry
  breaker                = var.breaker
  idempotency            = var.idempotency
  event_log              = var.event_log
  listen                 = var.listen
  canary                 = var.canary
  secret_cache           = var.secret_cache
  throttle               = var.throttle
  max_environment_bytes  = var.max_environment_bytes
  log_retention_days     = var.log_retention_days
  secret_recovery_days   = var.secret_recovery_days
  alarms                 = var.alarms
  runbook_url            = var.runbook_url
  budget                 = var.budget
  saved_queries          = var.saved_queries
  access_logs            = var.access_logs
  trace_sampling         = var.trace_sampling
  routes                 = var.routes
  max_hops               = var.max_hops
  private_networks       = var.private_networks
  sources                = var.sources
}
