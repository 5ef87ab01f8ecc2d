# Rules for sources that need more than the variable itself: the files of the senders (senders.tf) and what the schemes
# have (schemes.tf). A variable's validation cannot use a local value that depends on the variable, so the rules are
# preconditions of an output.

locals {
  without_time = [
    for name, source in var.sources : name
    if source.tolerance_seconds != null && !local.scheme_facts[name].has_time
  ]

  # A spelled-out scheme has its own tolerance.
  long_tolerances = flatten([for name, source in var.sources : [
    for seconds in [
      source.tolerance_seconds,
      try(source.scheme.timestamp.tolerance_seconds, null),
      try(source.scheme.jwt.max_age_seconds, null),
    ] :
    "${name} (${seconds}, default ${local.default_tolerances[name]})"
    if coalesce(seconds, 0) > local.default_tolerances[name]
  ]])

  unused_urls = [
    for name, source in var.sources : name if source.url != null && !local.scheme_facts[name].signs_url
  ]
  unused_audiences = [
    for name, source in var.sources : name if source.audience != null && !local.scheme_facts[name].has_jwt
  ]
  without_ids = [
    for name, source in var.sources : name
    if try(source.deduplicate == "id", false) && !local.scheme_facts[name].has_ids
  ]
}

output "source_methods" {
  description = "HTTP methods of each source's route: POST, and those of its handshakes."
  value       = local.source_methods

  precondition {
    condition = length(local.rejected_senders) == 0
    error_message = format(
      "Hookline does not verify some senders: %s. Remove these sources; %s explains why.",
      join("; ", local.rejected_senders), "docs/senders.md#senders-that-are-not-supported",
    )
  }

  precondition {
    condition = length(local.unknown_senders) == 0
    error_message = format(
      "Sources have unknown senders: %s. docs/senders.md lists all; for any other sender, describe its scheme instead.",
      join("; ", local.unknown_sender_texts),
    )
  }

  precondition {
    condition = length(local.without_time) == 0
    error_message = format(
      "tolerance_seconds needs a signed time. Remove it, or add `timestamp` to the scheme. Correct %s.",
      join(", ", local.without_time),
    )
  }

  precondition {
    condition = var.idempotency.enabled || length(local.long_tolerances) == 0
    error_message = format(
      join(" ", [
        "Without idempotency, a repeated request is delivered again, so tolerance_seconds must not exceed the default",
        "of the sender. Reduce it, or enable idempotency. Correct %s.",
      ]),
      join(", ", local.long_tolerances),
    )
  }

  precondition {
    condition = length(local.unused_urls) == 0
    error_message = format(
      "url is only for senders that sign the URL. Remove it from %s.", join(", ", local.unused_urls),
    )
  }

  precondition {
    condition = length(local.unused_audiences) == 0
    error_message = format(
      "audience is only for senders that sign with a JWT. Remove it from %s.", join(", ", local.unused_audiences),
    )
  }

  precondition {
    condition = length(local.without_ids) == 0
    error_message = format(
      join(" ", [
        "deduplicate = \"id\" needs events with ids: a sender that has them, or a scheme with `id`. Change it for %s.",
      ]),
      join(", ", local.without_ids),
    )
  }

  precondition {
    condition = length(local.invalid_values) == 0
    error_message = format(
      "Options of sources have unknown values: %s. Correct them, or remove them to use the default.",
      join("; ", local.invalid_values),
    )
  }

  precondition {
    condition = length(local.invalid_places) == 0
    error_message = format(
      join(" ", [
        "A place must be header:NAME, query:NAME, json:/POINTER, form:NAME, pair:NAME, claim:NAME or body. Correct the",
        "invalid ones: %s.",
      ]),
      join(", ", local.invalid_places),
    )
  }

  precondition {
    condition = length(local.invalid_templates) == 0
    error_message = format(
      join(" ", [
        "Templates have unknown fields or single braces: %s. docs/senders.md lists the fields, such as {body} and",
        "{header:X-Id}; write {{ and }} for braces.",
      ]),
      join(", ", local.invalid_templates),
    )
  }

  precondition {
    condition = length(local.scheme_problems) == 0
    error_message = format(
      "The schemes of sources are invalid. docs/senders.md describes their format. Correct %s.",
      join("; ", local.scheme_problems),
    )
  }

  precondition {
    condition = length(local.handshake_problems) == 0
    error_message = format(
      "The handshakes of sources are invalid. docs/senders.md describes their format. Correct %s.",
      join("; ", local.handshake_problems),
    )
  }
}
