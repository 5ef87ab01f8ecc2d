# The API: a REST API or an HTTP API with the same routes and the same alias. The rest of the module uses local.api and
# does not depend on the type.

locals {
  api = one(concat(module.api, module.http_api))

  source_throttles = {
    for name, source in var.sources : name => source.throttle != null ? source.throttle : var.throttle
  }
  events_throttle = var.identity_enabled ? { events = var.throttle } : {}

  # Of all routes together: the methods of the sources, and POST /events.
  route_throttles = concat(
    flatten([for name, throttle in local.source_throttles : [for method in local.source_methods[name] : throttle]]),
    values(local.events_throttle),
  )
}

module "api" {
  source = "../api"
  count  = var.api_type == "rest" ? 1 : 0

  name           = local.prefix
  quota          = var.api_quota
  throttle       = var.throttle
  trace_sampling = var.trace_sampling
  web_acl_arn    = var.web_acl_arn
  domain_name    = try(var.domain.name, null)

  sources = {
    for name, source in var.sources : name => {
      throttle    = local.source_throttles[name]
      methods     = local.source_methods[name]
      allowed_ips = source.allowed_ips
    }
  }

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
  source = "../http_api"
  count  = var.api_type == "http" ? 1 : 0

  name            = local.prefix
  quota           = var.api_quota
  throttle        = var.throttle
  timeout_seconds = var.functions.ingest.timeout_seconds
  domain_name     = try(var.domain.name, null)

  sources = {
    for name, throttle in local.source_throttles : name => {
      throttle = throttle
      methods  = local.source_methods[name]
    }
  }

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

# Separate from the API, so that the domain stays when the type changes: only its mapping is replaced.
module "domain" {
  source = "../domain"
  count  = var.domain == null ? 0 : 1

  name            = var.domain.name
  certificate_arn = var.domain.certificate_arn
  mutual_tls      = var.domain.mutual_tls
  api_id          = local.api.id
  stage_name      = local.api.stage_name
}

module "access_log" {
  source = "../access_log"
  count  = var.access_logs ? 1 : 0

  name           = local.prefix
  retention_days = var.log_retention_days
}
