# Warnings of a plan: settings that work, and that can lose events or delay them.

locals {
  paused_destinations = flatten(module.idempotency[*].paused_destinations)

  # API Gateway accepts at most `rate + burst` requests in a second on each route. A request uses an execution
  # environment for 13 ms (docs/cost.md) and the first request of an environment for less than 0.1 s
  # (docs/performance.md), so this is enough even if each request starts an environment.
  ingest_seconds     = 0.1
  accepted_requests  = sum([for throttle in local.route_throttles : throttle.rate + throttle.burst])
  ingest_concurrency = ceil(local.accepted_requests * local.ingest_seconds)

  # A reservation takes its concurrency from the account, used or not.
  ingest_share  = coalesce(var.functions.ingest.reserved_concurrency, local.ingest_concurrency)
  process_share = coalesce(var.functions.process.reserved_concurrency, local.delivery_concurrency)

  # `trust` in the file of a sender.
  weak_trust = {
    envelope = "the sender signs some values, and not the whole body"
    token    = "the sender sends the secret itself, and signs nothing"
  }
  weak_sources = [
    for name, trust in local.source_trust : "${name} (${local.weak_trust[trust]})"
    if contains(keys(local.weak_trust), trust)
  ]
  unconfirmed_sources = [
    for name, sender in local.source_senders : "${name} (${sender}: ${local.sender_files[sender].unconfirmed})"
    if can(local.sender_files[sender].unconfirmed)
  ]

  reserved_concurrency = sum([for f in values(var.functions) : coalesce(f.reserved_concurrency, 0)])
}

# A warning instead of an error: the API works without the route, but events from POST /events would reach the DLQ.
check "events_have_a_route" {
  assert {
    condition     = !var.identity_enabled || contains([for route in var.routes : route.source], "events")
    error_message = <<-EOT
      POST /events is enabled, but no route has the source `events`, so its events go to the DLQ.
      Add a route, or set identity_enabled = false.
    EOT
  }
}

check "no_destination_is_paused" {
  assert {
    condition = length(local.paused_destinations) == 0
    error_message = format(
      join(" ", [
        "Destinations are paused: %s. Their events wait on the retry lane, and go to the DLQ after",
        "retry.give_up_after_hours. To resume one, run `hookline destination resume NAME --service %s`.",
      ]),
      join(", ", local.paused_destinations), local.prefix,
    )
  }
}

# Lambda limits the concurrency of all functions of the account. Without enough of it, API Gateway returns 5xx to
# senders.
check "concurrency_fits_the_account" {
  assert {
    condition = local.ingest_share + local.process_share <= var.account_concurrency
    error_message = format(
      join(" ", [
        "The account has %d concurrent executions (account_concurrency), and this deployment needs %d: ingest %d,",
        "which is its reservation or the sum of throttle.rate + throttle.burst of its %d routes times %g s, and",
        "process %d, which is its reservation or the maximum concurrency of both lanes. A backlog could leave too few",
        "for ingest. Request a higher quota from AWS, or lower queue.maximum_concurrency,",
        "retry_lane.maximum_concurrency, throttle or the throttle of sources.",
      ]),
      var.account_concurrency, local.ingest_share + local.process_share, local.ingest_share,
      length(local.route_throttles), local.ingest_seconds, local.process_share,
    )
  }

  # https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
  assert {
    condition = local.reserved_concurrency == 0 || local.reserved_concurrency + 100 <= var.account_concurrency
    error_message = format(
      join(" ", [
        "The functions reserve %d of the account's %d concurrent executions (account_concurrency). Lambda rejects a",
        "reservation that leaves fewer than 100 to the functions without one. Request a higher quota from AWS, or",
        "lower functions.*.reserved_concurrency.",
      ]),
      local.reserved_concurrency, var.account_concurrency,
    )
  }

  assert {
    condition = local.ingest_share >= local.ingest_concurrency
    error_message = format(
      join(" ", [
        "functions.ingest.reserved_concurrency is %d, which is also the limit of ingest, and the throttles of its",
        "routes accept requests for %d. Raise the reservation, or lower throttle or the throttle of sources.",
      ]),
      local.ingest_share, local.ingest_concurrency,
    )
  }
}

check "sources_sign_the_body" {
  assert {
    condition = length(local.weak_sources) == 0
    error_message = format(
      join(" ", [
        "A valid request does not prove its body for these sources: %s. An attacker who has seen one request can send",
        "other bodies. Let the destinations read the object from the sender's API before they act on an event, and",
        "limit the senders with allowed_ips.",
      ]),
      join("; ", local.weak_sources),
    )
  }
}

check "senders_are_confirmed" {
  assert {
    condition = length(local.unconfirmed_sources) == 0
    error_message = format(
      join(" ", [
        "The files of these senders are not confirmed by the senders' own documentation: %s Send a test event before",
        "you rely on such a source.",
      ]),
      join(" ", local.unconfirmed_sources),
    )
  }
}
