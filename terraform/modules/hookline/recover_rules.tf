# Rules for `recover` of sources. They need other variables and the senders, so they are preconditions of an output.

locals {
  # The name of a repository has another character than dots: `..` would be another path. IDs have no leading zeros.
  webhook_pattern = join("|", [
    "^app$", "^repos/[A-Za-z0-9_-]+/[.]*[A-Za-z0-9_-][A-Za-z0-9._-]*/hooks/[1-9][0-9]{0,15}$",
    "^orgs/[A-Za-z0-9_-]+/hooks/[1-9][0-9]{0,15}$",
  ])

  # Like a destination's url, without a query.
  recovery_url_pattern = join("", [
    "^https?://(${local.host_pattern})(:(?:${local.port_pattern}))?", "(/[A-Za-z0-9._~/-]*[A-Za-z0-9._~-])?$",
  ])

  other_recovery_senders = [for name in keys(local.recoveries) : name if var.sources[name].sender != "github"]

  invalid_webhooks = [
    for name, recovery in local.recoveries : "${name} (${recovery.webhook})"
    if !can(regex(local.webhook_pattern, recovery.webhook))
  ]

  # GitHub has the deliveries of an App's webhook for a JWT of the App, and those of other webhooks for a token:
  # https://docs.github.com/en/rest/apps/webhooks
  invalid_recovery_apps = [
    for name, recovery in local.recoveries : name
    if recovery.webhook == "app" ? recovery.app_id == null || recovery.installation_id != null : (
      (recovery.app_id == null) != (recovery.installation_id == null)
    )
  ]
  invalid_recovery_ids = [
    for name, recovery in local.recoveries : name
    if recovery.app_id != null && !can(regex("^[A-Za-z0-9.]{1,64}$", recovery.app_id)) || try(
      recovery.installation_id < 1 || recovery.installation_id >= 1000000000000000 ||
      floor(recovery.installation_id) != recovery.installation_id,
      false,
    )
  ]

  invalid_recovery_events = [
    for name, recovery in local.recoveries : name
    if length(distinct(recovery.events)) != length(recovery.events) || anytrue([
      for event in recovery.events : !can(regex("^[a-z][a-z_]{0,63}$", event))
    ])
  ]

  # GitHub redelivers deliveries of the past three days:
  # https://docs.github.com/en/webhooks/testing-and-troubleshooting-webhooks/redelivering-webhooks
  invalid_recovery_times = [
    for name, recovery in local.recoveries : "${name} (${recovery.every_minutes}, ${recovery.lookback_hours})"
    if !(
      recovery.every_minutes >= 5 && recovery.every_minutes <= 1440 &&
      floor(recovery.every_minutes) == recovery.every_minutes &&
      recovery.lookback_hours >= 1 && recovery.lookback_hours <= 72 &&
      floor(recovery.lookback_hours) == recovery.lookback_hours
    )
  ]
  recovery_gaps = [
    for name, recovery in local.recoveries : "${name} (${recovery.every_minutes}, ${recovery.lookback_hours})"
    if recovery.lookback_hours * 60 < 2 * recovery.every_minutes
  ]

  invalid_recovery_urls = [
    for name, recovery in local.recoveries : "${name} (${recovery.api_url})"
    if !can(regex(local.recovery_url_pattern, recovery.api_url)) || !(
      startswith(recovery.api_url, "https://") || anytrue([
        for network in var.private_networks : try(
          cidrhost(network, 0) == cidrhost(join("/", [
            regex(local.http_address_pattern, recovery.api_url)[0], split("/", network)[1],
          ]), 0),
          false,
        )
      ])
    )
  ]

  # A redelivery can arrive together with the first delivery, and only the same id shows that they are one event.
  recoveries_without_deduplication = [
    for name in keys(local.recoveries) : name
    if contains(["body", "off"], coalesce(var.sources[name].deduplicate, "auto"))
  ]
}

output "recovered_sources" {
  description = "Names of the sources with `recover`."
  value       = keys(local.recoveries)

  precondition {
    condition = length(local.other_recovery_senders) == 0
    error_message = format(
      "recover reads deliveries from GitHub, so it needs the sender github. Remove it from %s.",
      join(", ", local.other_recovery_senders),
    )
  }

  precondition {
    condition = length(local.recoveries) == 0 || var.idempotency.enabled
    error_message = format(
      "recover needs idempotency, by which a redelivery has no second effect. Enable it, or remove recover from %s.",
      join(", ", keys(local.recoveries)),
    )
  }

  precondition {
    condition = length(local.recoveries_without_deduplication) == 0
    error_message = format(
      "recover needs the ids of GitHub, by which a redelivery has no second effect. Remove deduplicate from %s.",
      join(", ", local.recoveries_without_deduplication),
    )
  }

  precondition {
    condition = length(local.invalid_webhooks) == 0
    error_message = format(
      join(" ", [
        "recover.webhook must be app, repos/OWNER/REPO/hooks/ID or orgs/ORG/hooks/ID, with the ID as GitHub shows it.",
        "Correct %s.",
      ]),
      join(", ", local.invalid_webhooks),
    )
  }

  precondition {
    condition = length(local.invalid_recovery_apps) == 0
    error_message = format(
      join(" ", [
        "With webhook = \"app\", recover needs app_id and has no installation_id. For another webhook it needs both,",
        "or none of them for a token. Correct %s.",
      ]),
      join(", ", local.invalid_recovery_apps),
    )
  }

  precondition {
    condition = length(local.invalid_recovery_ids) == 0
    error_message = format(
      join(" ", [
        "recover.app_id must be the client ID or the ID of a GitHub App, and recover.installation_id a whole number of",
        "1 or more, with at most 15 digits. Correct %s.",
      ]),
      join(", ", local.invalid_recovery_ids),
    )
  }

  precondition {
    condition = length(local.invalid_recovery_events) == 0
    error_message = format(
      "recover.events must be names of GitHub's events, such as pull_request, each once. Correct %s.",
      join(", ", local.invalid_recovery_events),
    )
  }

  precondition {
    condition = length(local.invalid_recovery_times) == 0
    error_message = format(
      join(" ", [
        "recover.every_minutes must be a whole number from 5 to 1440, and recover.lookback_hours one from 1 to 72:",
        "GitHub redelivers for three days. Correct %s.",
      ]),
      join(", ", local.invalid_recovery_times),
    )
  }

  precondition {
    condition = length(local.recovery_gaps) == 0
    error_message = format(
      join(" ", [
        "recover.lookback_hours must cover two runs, so that a run that fails misses nothing. Raise it, or lower",
        "recover.every_minutes. Correct %s.",
      ]),
      join(", ", local.recovery_gaps),
    )
  }

  precondition {
    condition = length(local.invalid_recovery_urls) == 0
    error_message = format(
      join(" ", [
        "recover.api_url must begin with https://, unless its host is an IPv4 address in private_networks, and have no",
        "query and no slash at its end, such as https://github.example.com/api/v3. Its host must be",
        "${local.host_forms}. Correct %s.",
      ]),
      join(", ", local.invalid_recovery_urls),
    )
  }

  precondition {
    condition     = local.policy_characters.recover <= local.max_policy_characters
    error_message = <<-EOT
      The policies of recover have ${local.policy_characters.recover} characters, and IAM allows a role
      ${local.max_policy_characters}. Remove recover from sources (${length(local.recoveries)} sources), or move sources
      to another deployment.
    EOT
  }
}
