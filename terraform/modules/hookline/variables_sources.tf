# Sources: who sends webhooks, and how each sender signs. The plan rejects each value that ingest would reject when it
# starts. source_rules.tf has the rules that need the sender's file or the scheme.

variable "sources" {
  description = <<-EOT
    Senders by name, which is the last part of their URL. `sender` is a name of the catalogue (docs/senders.md). For any
    other sender, `scheme` describes how it signs: the places of the signature (`signature.in`), the template of the
    signed `message`, the `algorithm` (default: `hmac-sha256`), and where time, ids and types are; its `handshakes` are
    requests that check the URL. `response` replaces the response to an accepted event. `tolerance_seconds` is the
    accepted age of a signed time, which must include the sender's retries if they repeat it. `url` is the URL that is
    configured at a sender that signs it, if it is not the URL of the request. `audience` is the required audience of a
    JWT. `content_types` limits the accepted media types (default: all). `validate_json` rejects a body that is declared
    as JSON and is not. `deduplicate` defines what makes two requests one event: `auto`, `body`, `id` or `off`. In API
    Gateway: `throttle` replaces the variable `throttle` for the source, and `allowed_ips` are the networks in CIDR
    notation that may send (only with `api_type = "rest"`; default: all). `recover`, only for the sender `github`: every
    `every_minutes` a function lists the deliveries of the last `lookback_hours` at GitHub, and requests a redelivery of
    those of `events` (default: all) that never arrived. `webhook` is `app`, `repos/OWNER/REPO/hooks/ID` or
    `orgs/ORG/hooks/ID`; `app_id` and `installation_id` are those of a GitHub App, whose private key is then the secret
    `recovery/<source>`; without `app_id` it is a token. `api_url` is for GitHub Enterprise Server.
  EOT
  type = map(object({
    sender = optional(string)
    scheme = optional(object({
      algorithm = optional(string)
      key = optional(object({
        encoding = optional(string)
        prefix   = optional(string)
        required = optional(bool)
        derive   = optional(string)
      }))
      signature = object({
        in = list(string)
        pairs = optional(object({
          separators = optional(list(string))
          assignment = optional(string)
          repeated   = optional(bool)
        }))
        names     = optional(list(string))
        prefix    = optional(string)
        after     = optional(string)
        separator = optional(string)
        encoding  = optional(string)
      })
      message = optional(string)
      digest  = optional(string)
      timestamp = optional(object({
        in                = string
        unit              = optional(string)
        tolerance_seconds = optional(number)
      }))
      bind              = optional(map(string))
      each              = optional(string)
      url_port_optional = optional(bool)
      jwt = optional(object({
        algorithms      = optional(list(string))
        issuer          = optional(string)
        audience        = optional(string)
        required_claims = optional(list(string))
        max_age_seconds = optional(number)
      }))
      id             = optional(list(string))
      type           = optional(list(string))
      type_replace   = optional(map(string))
      type_lowercase = optional(bool)
      type_ignore    = optional(list(string))
    }))
    handshakes = optional(list(object({
      method       = string
      when         = map(string)
      signed       = optional(bool)
      token        = optional(string)
      key          = optional(string)
      status       = optional(number)
      content_type = optional(string)
      body         = optional(string)
      json         = optional(map(string))
      headers      = optional(map(string))
    })))
    response = optional(object({
      status       = number
      content_type = optional(string)
      body         = optional(string)
    }))
    tolerance_seconds = optional(number)
    url               = optional(string)
    audience          = optional(string)
    content_types     = optional(list(string))
    validate_json     = optional(bool)
    deduplicate       = optional(string)
    throttle          = optional(object({ rate = number, burst = number }))
    allowed_ips       = optional(list(string))
    recover = optional(object({
      webhook         = string
      app_id          = optional(string)
      installation_id = optional(number)
      events          = optional(list(string), [])
      every_minutes   = optional(number, 15)
      lookback_hours  = optional(number, 72)
      api_url         = optional(string, "https://api.github.com")
    }))
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
    condition = alltrue([for source in var.sources : (source.sender == null) != (source.scheme == null)])
    error_message = format(
      "A source needs either a sender (docs/senders.md lists all) or a scheme, and not both. Correct %s.",
      join(", ", [for name, source in var.sources : name if(source.sender == null) == (source.scheme == null)]),
    )
  }

  validation {
    condition = alltrue([
      for source in var.sources : contains(local.deduplications, source.deduplicate) if source.deduplicate != null
    ])
    error_message = format(
      "deduplicate must be one of %s. Correct %s.",
      join(", ", local.deduplications),
      join(", ", [
        for name, source in var.sources : "${name} (${source.deduplicate})"
        if source.deduplicate != null && !contains(local.deduplications, coalesce(source.deduplicate, "auto"))
      ]),
    )
  }

  validation {
    condition = alltrue(flatten([for source in var.sources : [
      for seconds in [
        source.tolerance_seconds,
        try(source.scheme.timestamp.tolerance_seconds, null),
        try(source.scheme.jwt.max_age_seconds, null),
      ] :
      seconds >= 1 && seconds <= local.max_tolerance_seconds && floor(seconds) == seconds if seconds != null
    ]]))
    error_message = format(
      join(" ", [
        "tolerance_seconds and max_age_seconds must be a whole number from 1 to %d, 15 days: the shortest",
        "idempotency.window_days, in which a repeated request has no second effect. The default covers the sender's",
        "retries. Correct %s.",
      ]),
      local.max_tolerance_seconds,
      join(", ", distinct(flatten([for name, source in var.sources : [
        for seconds in [
          source.tolerance_seconds,
          try(source.scheme.timestamp.tolerance_seconds, null),
          try(source.scheme.jwt.max_age_seconds, null),
        ] : name
        if try(seconds < 1 || seconds > local.max_tolerance_seconds || floor(seconds) != seconds, false)
      ]]))),
    )
  }

  validation {
    condition = alltrue(flatten([for source in var.sources : [
      for response in concat(source.response[*], try([for handshake in source.handshakes : handshake], [])) :
      response.status >= 200 && response.status <= 299 && floor(response.status) == response.status
      if response.status != null
    ]]))
    error_message = format(
      "The status of a response or handshake must be a whole number from 200 to 299. Correct %s.",
      join(", ", distinct(flatten([for name, source in var.sources : [
        for response in concat(source.response[*], try([for handshake in source.handshakes : handshake], [])) : name
        if try(response.status < 200 || response.status > 299 || floor(response.status) != response.status, false)
      ]]))),
    )
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
