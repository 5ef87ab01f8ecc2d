# The complete configuration of the functions: JSON in a few variables, without nulls and spaces, because Lambda limits
# the environment to 4 KB. configuration_object.tf decides which variables are in the environment.

locals {
  prefix     = module.naming.prefix
  account_id = data.aws_caller_identity.current.account_id

  artifacts_bucket = coalesce(var.artifacts_bucket, "${local.prefix}-artifacts-${local.account_id}")
  payloads_bucket  = coalesce(var.payloads_bucket, "${local.prefix}-payloads-${local.account_id}")

  sources = {
    for name, source in var.sources : name => { for key, value in merge(source, {
      scheme = try(local.source_schemes[name], null)
      # process gets these headers of the request with the event.
      forward_headers = length(local.forwarded_headers[name]) == 0 ? null : local.forwarded_headers[name]
      response        = try({ for key, value in source.response : key => value if value != null }, null)
      handshakes = try([
        for handshake in source.handshakes : { for key, value in handshake : key => value if value != null }
      ], null)
    }) : key => value if value != null && !contains(local.gateway_options, key) }
  }

  destinations = {
    for name, destination in var.destinations : name => merge(
      # The function has the same default.
      destination.timeout_seconds == 5 ? {} : { timeout_ms = floor(destination.timeout_seconds * 1000) },
      destination.give_up_after_hours == null ? {} : {
        give_up_seconds = floor(destination.give_up_after_hours * 3600)
      },
      {
        for key, value in destination : key => value
        if key == "kind" || value != null && !contains(local.other_options, key) &&
        !try(value == local.option_defaults[key], false)
      },
    )
  }

  # The address of a chat is a credential, or needs a token. A signed request needs a key.
  destinations_with_secret = [
    for name, destination in var.destinations : name
    if contains(local.secret_kinds, destination.kind) || destination.signed == true ||
    contains(local.secret_auths, coalesce(destination.auth, "none"))
  ]

  # If a route has no source or no destinations, process uses the route's name. Most routes have the name of their
  # source, so this saves bytes.
  route_options = {
    for name, route in var.routes : name => { for key, value in {
      source       = route.source == name ? null : route.source
      destinations = route.destinations == toset([name]) ? null : route.destinations
      types        = route.types
      # The function's default saves bytes too.
      on_unreadable = route.on_unreadable == "deliver" ? null : route.on_unreadable
      filter = try([
        for condition in route.filter : { for key, value in condition : key => value if value != null }
      ], null)
    } : key => value if value != null }
  }

  # A route without other options is the list of its destinations, or the name of the only one, which saves more.
  destinations_of_routes = {
    for name, route in local.route_options : name => route.destinations if keys(route) == ["destinations"]
  }

  routes = merge(local.route_options, local.destinations_of_routes, {
    for name, destinations in local.destinations_of_routes : name => one(destinations) if length(destinations) == 1
  })

  retry = {
    base_seconds    = var.retry.base_seconds
    max_seconds     = var.retry.max_seconds
    give_up_seconds = local.give_up_seconds
    jitter          = var.retry.jitter
  }

  breaker = { for key, value in var.breaker : key => value if value != "" }

  # By default, the system's resolver repeats a query after five seconds, which is longer than most senders wait.
  resolver_environment = { RES_OPTIONS = "timeout:1 attempts:3" }

  event_log_environment = {
    for log in var.event_log[*] : "HOOKLINE_EVENT_LOG" => jsonencode(merge(
      { table = module.event_log[0].name, seconds = log.days * 86400 },
      log.sources == null ? {} : { sources = log.sources },
    ))
  }

  ingest_environment = merge(local.resolver_environment, local.listen_environment, {
    HOOKLINE_LOG_LEVEL              = var.log_level
    HOOKLINE_SOURCES                = jsonencode(local.sources)
    HOOKLINE_QUEUE_URL              = module.queue.url
    HOOKLINE_PREFIX                 = local.prefix
    HOOKLINE_SECRET_TTL_SECONDS     = tostring(var.secret_cache.ttl_seconds)
    HOOKLINE_SECRET_REFRESH_SECONDS = tostring(var.secret_cache.refresh_seconds)
    HOOKLINE_MAX_MESSAGE_BYTES      = tostring(var.queue.max_message_bytes)
    HOOKLINE_PAYLOAD_BUCKET         = module.payloads.bucket
  })

  optional_environment = merge(local.event_log_environment, local.listen_environment)

  process_environment = merge(local.resolver_environment, local.optional_environment, !var.idempotency.enabled ? {} : {
    HOOKLINE_IDEMPOTENCY_TABLE   = module.idempotency[0].name
    HOOKLINE_IDEMPOTENCY_SECONDS = tostring(var.idempotency.window_days * 86400)
    HOOKLINE_IDEMPOTENCY_MODE    = var.idempotency.mode
    }, {
    HOOKLINE_LOG_LEVEL              = var.log_level
    HOOKLINE_ROUTES                 = jsonencode(local.routes)
    HOOKLINE_DESTINATIONS           = jsonencode(local.destinations)
    HOOKLINE_QUEUE_URL              = module.queue.url
    HOOKLINE_RETRY_QUEUE_URL        = module.queue.retry_url
    HOOKLINE_DLQ_URL                = module.queue.dlq_url
    HOOKLINE_PAYLOAD_BUCKET         = module.payloads.bucket
    HOOKLINE_PREFIX                 = local.prefix
    HOOKLINE_SECRET_TTL_SECONDS     = tostring(var.secret_cache.ttl_seconds)
    HOOKLINE_SECRET_REFRESH_SECONDS = tostring(var.secret_cache.refresh_seconds)
    HOOKLINE_MAX_RECEIVE_COUNT      = tostring(var.queue.max_receive_count)
    HOOKLINE_RETRY                  = jsonencode(local.retry)
    HOOKLINE_BREAKER                = jsonencode(local.breaker)
    HOOKLINE_PRIVATE_NETWORKS       = jsonencode(var.private_networks)
    HOOKLINE_MAX_HOPS               = tostring(var.max_hops)
  })
}
