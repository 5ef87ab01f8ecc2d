# The front door: one of two APIs with the same routes, before the same alias. The rest of the root sees local.api and not
# which of them it is.

locals {
  api = one(concat(module.api, module.http_api))
}

module "api" {
  source = "./modules/api"
  count  = var.api_type == "rest" ? 1 : 0

  name           = local.prefix
  throttle       = var.throttle
  trace_sampling = var.trace_sampling

  function = {
    name             = module.ingest.name
    alias_name       = module.ingest.alias_name
    alias_invoke_arn = module.ingest.alias_invoke_arn
  }

  events_authorizer = !var.identity_enabled ? null : {
    user_pool_arn = module.identity[0].user_pool_arn
    scopes        = module.identity[0].scopes
  }

  access_log = !var.access_logs ? null : { log_group_arn = module.access_log[0].arn }
}

module "http_api" {
  source = "./modules/http_api"
  count  = var.api_type == "http" ? 1 : 0

  name            = local.prefix
  throttle        = var.throttle
  timeout_seconds = var.functions.ingest.timeout_seconds

  function = {
    name             = module.ingest.name
    alias_name       = module.ingest.alias_name
    alias_invoke_arn = module.ingest.alias_invoke_arn
  }

  events_authorizer = !var.identity_enabled ? null : {
    issuer   = module.identity[0].issuer
    audience = [module.identity[0].client_id]
    scopes   = module.identity[0].scopes
  }

  access_log = !var.access_logs ? null : { log_group_arn = module.access_log[0].arn }
}

module "access_log" {
  source = "./modules/access_log"
  count  = var.access_logs ? 1 : 0

  name           = local.prefix
  retention_days = var.log_retention_days
}

# Before there were two types, the REST API was the only one and had the log group in it. An environment of that time keeps
# both: another API would have another URL, which every sender would have to be told.
moved {
  from = module.api
  to   = module.api[0]
}

moved {
  from = module.api[0].aws_cloudwatch_log_group.access[0]
  to   = module.access_log[0].aws_cloudwatch_log_group.this
}
