# Warnings of a plan: settings that work, and that can lose events or delay them.

locals {
  paused_destinations = flatten(module.idempotency[*].paused_destinations)
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
