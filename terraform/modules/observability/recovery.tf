# Alarms and widgets of the function `recover`, which exists only if a source has `recover`.

locals {
  recovery_alarms = { for name, alarm in local.all_recovery_alarms : name => alarm if var.recovery != null }

  all_recovery_alarms = {
    recovery-missing = {
      metric     = { namespace = "Hookline", name = "RecoveryMissing" }
      dimensions = { service = var.prefix }
      statistic  = "Sum"
      threshold  = 0
      description = join(" ", [
        "Deliveries of GitHub never arrived, and recover has requested their redelivery.",
        "Check why they failed: \"Recent deliveries\" of the webhook shows the response or the error of each.",
      ])
    }
    recovery-expired = {
      metric     = { namespace = "Hookline", name = "RecoveryExpired" }
      dimensions = { service = var.prefix }
      statistic  = "Sum"
      threshold  = 0
      description = join(" ", [
        "Deliveries of GitHub never arrived, and GitHub does not redeliver them any more: their events are lost.",
        "The log of recover has their ids. Read the state of their objects from GitHub's API.",
      ])
    }
    # Two runs of the longest interval. A data point is missing if a run was later within its flexible time window;
    # CloudWatch then uses earlier ones.
    recovery-failed = {
      metric             = { namespace = "Hookline", name = "RecoveryFailed" }
      dimensions         = { service = var.prefix }
      statistic          = "Maximum"
      threshold          = 0
      period             = 60 * ceil(try(var.recovery.interval_minutes, 1))
      evaluation_periods = 2
      description = join(" ", [
        "Two runs of recover in a row could not read GitHub's deliveries: GitHub is unavailable, or the token or the",
        "App's key is wrong, expired or has no permission. GitHub redelivers for three days.",
        "The log of recover has the reason.",
      ])
    }
    # A run that reads the list to its end writes 0, however long an event keeps failing. Failed runs also raise
    # `recovery-failed`; only this alarm reports runs that a rate limit or their deadline ends.
    recovery-lags = {
      metric     = { namespace = "Hookline", name = "RecoveryLag" }
      dimensions = { service = var.prefix }
      statistic  = "Maximum"
      threshold  = try(var.recovery.lag_seconds, 0)
      period     = 60 * ceil(try(var.recovery.interval_minutes, 1))
      description = join(" ", [
        "For ${try(var.recovery.lag_seconds, 0)} s, no run of recover has read GitHub's list of deliveries to its end:",
        "a rate limit or the deadline ends the runs, or they fail. Deliveries that fail meanwhile are not noticed, and",
        "their events are lost when they are older than `lookback_hours`. The log of recover has the reason.",
      ])
    }
    recover-errors = {
      metric     = { namespace = "AWS/Lambda", name = "Errors" }
      dimensions = { FunctionName = try(var.recovery.function_name, "") }
      statistic  = "Sum"
      threshold  = 0
      description = join(" ", [
        "Invocations of recover failed: the function could not start, ran out of memory, or timed out.",
        "Events still arrive, but failed deliveries of GitHub are not requested again.",
        "If a deployment came before, roll back. Then check the function's log.",
      ])
    }
  }
}

locals {
  # The base of the dashboard is the same with and without recovery.
  recovery_widgets = flatten([
    for recovery in var.recovery[*] : jsondecode(templatefile("${path.module}/recovery.json.tftpl", {
      service  = var.prefix
      region   = data.aws_region.current.id
      function = recovery.function_name
    })).widgets
  ])
}
