# Sources: who sends webhooks, and how each sender signs. The plan rejects each value that ingest would reject when it
# starts. schemes.tf has the schemes with their options.

variable "sources" {
  description = <<-EOT
    Senders by name, which is the last part of their URL. `scheme` defines how the sender signs. `content_types` limits
    the accepted media types (default: all). `validate_json` rejects a body that is declared as JSON and is not.
    `deduplicate` defines what makes two requests one event: `auto`, `body`, `id` or `off`. `tolerance_seconds` is the
    accepted age of a signed timestamp, which must include the sender's retries if they repeat it. Options of `hmac`:
    `header` (required), `prefix`, `encoding` (hex or base64), `algorithm` (sha256 or sha512), `template` of the signed
    content ({timestamp}, {id}, {body}) with `timestamp_header` and `id_header`, `event_header` with the type, and
    `separator` of several signatures. Option of `gitlab`: `mode` (token or signature). Option of `twilio`: `url`, the
    URL that is configured at Twilio. In API Gateway: `throttle` replaces the variable `throttle` for the source, and
    `allowed_ips` are the networks in CIDR notation that may send (only with `api_type = "rest"`; default: all).
  EOT
  type = map(object({
    scheme            = string
    content_types     = optional(list(string))
    validate_json     = optional(bool)
    deduplicate       = optional(string)
    header            = optional(string)
    prefix            = optional(string)
    encoding          = optional(string)
    algorithm         = optional(string)
    template          = optional(string)
    timestamp_header  = optional(string)
    id_header         = optional(string)
    event_header      = optional(string)
    separator         = optional(string)
    tolerance_seconds = optional(number)
    mode              = optional(string)
    url               = optional(string)
    throttle          = optional(object({ rate = number, burst = number }))
    allowed_ips       = optional(list(string))
  }))
  nullable = false

  validation {
    condition = alltrue([for name in keys(var.sources) : can(regex(local.name_pattern, name))])
    error_message = format(
      "A source's name must be 1 to 63 lower-case letters, digits or hyphens, with a letter first. Rename %s.",
      join(", ", [for name in keys(var.sources) : name if !can(regex(local.name_pattern, name))]),
    )
  }

  validation {
    condition     = !contains(keys(var.sources), "events")
    error_message = "The source name `events` is reserved for POST /events. Rename the source."
  }

  validation {
    condition = alltrue([
      for source in var.sources : source.throttle.rate > 0 && source.throttle.burst >= 1 if source.throttle != null
    ])
    error_message = format(
      "A source's throttle.rate must be greater than 0, and its throttle.burst at least 1. Correct %s.",
      join(", ", [
        for name, source in var.sources : name if try(source.throttle.rate <= 0 || source.throttle.burst < 1, false)
      ]),
    )
  }

  validation {
    condition = alltrue([
      for source in var.sources :
      length(source.allowed_ips) > 0 && alltrue([for network in source.allowed_ips : can(cidrhost(network, 0))])
      if source.allowed_ips != null
    ])
    error_message = format(
      "allowed_ips must be networks such as 192.30.252.0/22 or 2a0a:a440::/29. It is %s. Correct the invalid ones.",
      join(", ", [
        for name, source in var.sources : "${name} (${join(", ", source.allowed_ips)})" if source.allowed_ips != null
      ]),
    )
  }

  validation {
    condition = alltrue([
      for source in var.sources : try(contains(keys(local.scheme_options), source.scheme), false)
    ])
    error_message = format(
      "The scheme of a source must be one of %s. Correct %s.",
      join(", ", keys(local.scheme_options)),
      join(", ", [
        for name, source in var.sources : "${name} (${try(coalesce(source.scheme), "none")})"
        if !try(contains(keys(local.scheme_options), source.scheme), false)
      ]),
    )
  }

  validation {
    condition = alltrue(flatten([for source in var.sources : [
      for option, value in source : contains(try(local.scheme_options[source.scheme], [option]), option)
      if value != null && !contains(local.source_options, option)
    ]]))
    error_message = format(
      "Sources have options that their schemes do not support: %s. Remove these options, or correct the schemes.",
      join("; ", flatten([for name, source in var.sources : [
        for option, value in source : format(
          "%s has %s, and the scheme %s supports %s", name, option, source.scheme,
          length(local.scheme_options[source.scheme]) == 0 ? "none" : join(", ", local.scheme_options[source.scheme]),
        )
        if value != null && !contains(local.source_options, option) &&
        !contains(try(local.scheme_options[source.scheme], [option]), option)
      ]])),
    )
  }

  validation {
    condition = alltrue([
      for source in var.sources : can(regex(local.header_pattern, source.header)) if source.scheme == "hmac"
    ])
    error_message = format(
      "A source with the scheme `hmac` needs `header`, the name of the header with the signature. Correct %s.",
      join(", ", [
        for name, source in var.sources : name
        if source.scheme == "hmac" && !can(regex(local.header_pattern, source.header))
      ]),
    )
  }

  validation {
    condition = alltrue(flatten([for source in var.sources : [
      for header in [source.timestamp_header, source.id_header, source.event_header] :
      header == null || can(regex(local.header_pattern, header))
    ]]))
    error_message = <<-EOT
      timestamp_header, id_header and event_header must be names of headers: letters, digits, hyphens and underscores.
      Correct the sources that set them.
    EOT
  }

  validation {
    condition = alltrue(flatten([for source in var.sources : [
      for option, value in source : contains(local.option_values[option], value)
      if value != null && contains(keys(local.option_values), option)
    ]]))
    error_message = format(
      "Options of sources have unknown values: %s. Correct them, or remove them to use the first value.",
      join("; ", flatten([for name, source in var.sources : [
        for option, value in source :
        "${name} has ${option} = ${value}, not one of ${join(", ", local.option_values[option])}"
        if value != null && try(!contains(local.option_values[option], value), false)
      ]])),
    )
  }

  validation {
    condition = alltrue([
      for source in var.sources : source.scheme != "hmac" || source.id_header != null
      if source.deduplicate == "id"
    ])
    error_message = format(
      "A source with the scheme `hmac` has ids only with id_header. Set it, or change deduplicate = \"id\" of %s.",
      join(", ", [
        for name, source in var.sources : name
        if source.deduplicate == "id" && source.scheme == "hmac" && source.id_header == null
      ]),
    )
  }

  validation {
    condition = alltrue([
      for source in var.sources :
      can(regex(local.template_pattern, source.template)) &&
      length(split("{body}", source.template)) == 2 &&
      length(split("{timestamp}", source.template)) <= 2 &&
      length(split("{id}", source.template)) <= 2
      if source.template != null
    ])
    error_message = format(
      join(" ", [
        "A template must contain {body} once, can contain {timestamp} and {id} once each, needs text such as a dot",
        "between them, and must not contain other braces. The templates are: %s. Correct the invalid ones.",
      ]),
      join(", ", [
        for name, source in var.sources : "${name} (${source.template})" if source.template != null
      ]),
    )
  }

  validation {
    condition = alltrue([
      for source in var.sources :
      strcontains(coalesce(source.template, "{body}"), "{timestamp}") == (source.timestamp_header != null)
    ])
    error_message = format(
      "A template with {timestamp} needs timestamp_header, and timestamp_header needs such a template. Correct %s.",
      join(", ", [
        for name, source in var.sources : name
        if strcontains(coalesce(source.template, "{body}"), "{timestamp}") != (source.timestamp_header != null)
      ]),
    )
  }

  validation {
    condition = alltrue([
      for source in var.sources : source.id_header != null
      if strcontains(coalesce(source.template, "{body}"), "{id}")
    ])
    error_message = format(
      "A template with {id} needs id_header. Correct %s.",
      join(", ", [
        for name, source in var.sources : name
        if source.id_header == null && strcontains(coalesce(source.template, "{body}"), "{id}")
      ]),
    )
  }

  validation {
    condition = alltrue([for source in var.sources : source.separator != ""])
    error_message = format(
      "The separator of a source is empty. Remove it if the header has one signature. Correct %s.",
      join(", ", [for name, source in var.sources : name if source.separator == ""]),
    )
  }

  validation {
    condition = alltrue([
      for source in var.sources :
      source.tolerance_seconds >= 1 &&
      source.tolerance_seconds <= local.max_tolerance_seconds &&
      floor(source.tolerance_seconds) == source.tolerance_seconds
      if source.tolerance_seconds != null
    ])
    error_message = format(
      join(" ", [
        "tolerance_seconds must be a whole number from 1 to %d, 15 days: the shortest idempotency.window_days,",
        "in which a repeated request has no second effect. The default covers the sender's retries (%s).",
      ]),
      local.max_tolerance_seconds,
      join(", ", [for scheme, seconds in local.tolerance_seconds : "${scheme} ${seconds}"]),
    )
  }

  validation {
    condition = var.idempotency.enabled || alltrue([
      for source in var.sources : source.tolerance_seconds <= lookup(local.tolerance_seconds, source.scheme, 0)
      if source.tolerance_seconds != null
    ])
    error_message = format(
      join(" ", [
        "Without idempotency, a repeated request is delivered again, so tolerance_seconds must not exceed the default",
        "of the scheme (%s). Reduce it, or enable idempotency.",
      ]),
      join(", ", [for scheme, seconds in local.tolerance_seconds : "${scheme} ${seconds}"]),
    )
  }

  validation {
    condition = alltrue([
      for source in var.sources :
      (source.scheme != "hmac" || source.timestamp_header != null) &&
      (source.scheme != "gitlab" || source.mode == "signature")
      if source.tolerance_seconds != null
    ])
    error_message = <<-EOT
      tolerance_seconds needs a signed timestamp. For `hmac`, set a template with {timestamp}; for `gitlab`, set
      mode = "signature".
    EOT
  }

  validation {
    condition = alltrue([
      for source in var.sources : can(regex("^https?://[^/?#\\s@]+[^#\\s]*$", source.url)) if source.url != null
    ])
    error_message = <<-EOT
      The url of a source must be the absolute URL that is configured at the sender, without user and fragment, such as
      https://hooks.example.com/webhooks/twilio.
    EOT
  }

  validation {
    condition = alltrue([
      for type in flatten([for source in var.sources : source.content_types if source.content_types != null]) :
      can(regex("^[a-z0-9.+-]+/(\\*\\+)?[a-z0-9.+-]+$", type))
    ])
    error_message = <<-EOT
      content_types must be lower-case media types without parameters, such as "application/json" or
      "application/*+json". Correct the sources that set it.
    EOT
  }

  validation {
    condition = alltrue([
      for source in var.sources : length(source.content_types) > 0 if source.content_types != null
    ])
    error_message = format(
      "content_types is empty, so no request would be accepted. Add a media type, or remove it. Correct %s.",
      join(", ", [for name, source in var.sources : name if try(length(source.content_types) == 0, false)]),
    )
  }
}
