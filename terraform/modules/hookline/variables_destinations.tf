# Destinations: where events go. The plan rejects each value that process would reject when it starts, except for what
# Terraform cannot check: the syntax of templates, and Punycode. The kinds with their options are in
# destination_kinds.tf; destination_rules.tf has the rules that need other variables.

variable "destinations" {
  description = <<-EOT
    Destinations by name. `kind` defines how a destination receives events; docs/destinations.md describes each kind
    with its options. `timeout_seconds` is the time limit of one attempt. It must be at least 8 less than the
    `timeout_seconds` of process in `functions`. With more than 5, all deliveries to the destination are made on the
    retry lane, so that they do not delay other destinations. `give_up_after_hours` is the age at which a failed
    delivery goes to the DLQ, if that should be earlier than `retry.give_up_after_hours`.
    `template`, `subject`, `group` and `body` are Jinja templates with `event` and `payload`, the values of `headers`
    with `event` only. `forward_headers` are headers of the sender's request. `auth` defines how requests of `http` are
    authenticated; the credentials are in the destination's secret. `auth = "sigv4"` calls the API whose ARN is `api`,
    of the AWS service `service`: `execute-api` (the default), `lambda`, `es` or `aoss`. `kms_key` is the customer key
    of an encrypted queue, topic or bucket. `configuration_set` and `identity` limit the permissions to send e-mail. The
    state and the environment of the function contain all options, so they must not contain credentials.
  EOT
  type = map(object({
    kind                = string
    timeout_seconds     = optional(number, 5)
    give_up_after_hours = optional(number)
    # http
    url                        = optional(string)
    method                     = optional(string)
    headers                    = optional(map(string))
    forward_headers            = optional(list(string))
    body                       = optional(string)
    compression                = optional(string)
    success                    = optional(list(string))
    signed                     = optional(bool)
    auth                       = optional(string)
    auth_header                = optional(string)
    token_url                  = optional(string)
    scope                      = optional(string)
    audience                   = optional(string)
    token_endpoint_auth_method = optional(string)
    service                    = optional(string)
    region                     = optional(string)
    api                        = optional(string)
    # chats and e-mail
    template          = optional(string)
    blocks            = optional(bool)
    chat              = optional(string)
    thread            = optional(number)
    from              = optional(string)
    to                = optional(set(string))
    subject           = optional(string)
    configuration_set = optional(string)
    identity          = optional(string)
    # services of AWS
    bus           = optional(string)
    queue         = optional(string)
    topic         = optional(string)
    group         = optional(string)
    function      = optional(string)
    state_machine = optional(string)
    stream        = optional(string)
    bucket        = optional(string)
    prefix        = optional(string)
    format        = optional(string)
    kms_key       = optional(string)
  }))
  nullable = false

  validation {
    condition = alltrue([for name in keys(var.destinations) : can(regex(local.name_pattern, name))])
    error_message = format(
      "A destination's name must be 1 to 63 lower-case letters, digits or hyphens, with a letter first. Rename %s.",
      join(", ", [for name in keys(var.destinations) : name if !can(regex(local.name_pattern, name))]),
    )
  }

  validation {
    condition = alltrue([
      for destination in var.destinations : try(contains(keys(local.kind_options), destination.kind), false)
    ])
    error_message = format(
      "The kind of a destination must be one of %s. Correct %s.",
      join(", ", keys(local.kind_options)),
      join(", ", [
        for name, destination in var.destinations : "${name} (${try(coalesce(destination.kind), "none")})"
        if !try(contains(keys(local.kind_options), destination.kind), false)
      ]),
    )
  }

  validation {
    condition = alltrue(flatten([for destination in var.destinations : [
      for option, value in destination : contains(try(local.supported_options[destination.kind], [option]), option)
      if value != null && !contains(local.destination_options, option)
    ]]))
    error_message = format(
      "Destinations have options that their kinds do not support: %s. Remove these options, or correct the kinds.",
      join("; ", flatten([for name, destination in var.destinations : [
        for option, value in destination : format(
          "%s has %s, and the kind %s supports %s",
          name, option, destination.kind, join(", ", local.supported_options[destination.kind]),
        )
        if value != null && !contains(local.destination_options, option) &&
        !contains(try(local.supported_options[destination.kind], [option]), option)
      ]])),
    )
  }

  # A user or password in a URL would be a secret in the state and in the environment of the function.
  validation {
    condition = alltrue([
      for destination in var.destinations : can(regex(one(local.url_patterns), destination.url))
      if destination.kind == "http"
    ])
    error_message = format(
      join(" ", [
        "The url of an `http` destination must be absolute, with a host and without user, password and fragment,",
        "such as https://api.example.com/hooks. Its host must be ${local.host_forms}. Correct %s.",
      ]),
      join(", ", [
        for name, destination in var.destinations : name
        if destination.kind == "http" && !can(regex(local.url_pattern, destination.url))
      ]),
    )
  }

  # Plain HTTP is only for receivers in private_networks, and only with an IP address: DNS can change the address of a
  # name.
  validation {
    condition = alltrue([
      for destination in var.destinations : try(startswith(destination.url, "https://"), false) || anytrue([
        for network in var.private_networks : try(
          cidrhost(network, 0) == cidrhost(join("/", [
            regex(local.http_address_pattern, destination.url)[0], split("/", network)[1],
          ]), 0),
          false,
        )
      ]) if destination.kind == "http"
    ])
    error_message = format(
      join(" ", [
        "The url of an `http` destination must begin with https://, unless its host is an IPv4 address in",
        "private_networks. Correct the url, or add the network. The other URLs are: %s.",
      ]),
      join(", ", [
        for name, destination in var.destinations : "${name} (${try(coalesce(destination.url), "none")})"
        if destination.kind == "http" && !try(startswith(destination.url, "https://"), false)
      ]),
    )
  }

  validation {
    condition = alltrue(flatten([for destination in var.destinations : [
      for name, value in coalesce(destination.headers, {}) :
      can(regex(local.header_pattern, name)) && can(regex("^[ -~]+$", value)) &&
      !startswith(lower(name), "ce-") && !startswith(lower(name), "hookline-") &&
      !startswith(lower(name), "webhook-") &&
      !contains(local.reserved_headers, lower(name)) && !can(regex(local.credential_header_pattern, lower(name)))
    ]]))
    error_message = format(
      join(" ", [
        "headers must have valid names and printable values. Hookline sets the headers of the event (ce-*, hookline-*,",
        "content-encoding, content-type, traceparent), of the signature (webhook-*) and of the connection. A header",
        "with credentials would be a secret in the state. The headers are: %s. Remove the invalid ones.",
      ]),
      join(", ", flatten([
        for name, destination in var.destinations : [
          for header in try(keys(destination.headers), []) : "${name} (${header})"
        ]
      ])),
    )
  }

  validation {
    condition = alltrue([
      for destination in var.destinations :
      can(regex(local.email_pattern, destination.from)) &&
      try(length(destination.to) >= 1 && length(destination.to) <= 50, false) &&
      alltrue([for address in coalesce(destination.to, []) : can(regex(local.email_pattern, address))])
      if destination.kind == "email"
    ])
    error_message = format(
      join(" ", [
        "An `email` destination needs `from` with one plain address, and `to` with 1 to 50 plain addresses, such as",
        "alerts@example.com. The e-mail destinations are: %s. Correct the invalid ones.",
      ]),
      join(", ", [
        for name, destination in var.destinations : format("%s (%s)", name, join(", ", concat(
          [coalesce(destination.from, "no from")], tolist(coalesce(destination.to, ["no to"])),
        ))) if destination.kind == "email"
      ]),
    )
  }

  validation {
    condition = alltrue([
      for destination in var.destinations :
      destination.identity == destination.from ||
      destination.identity == replace(destination.from, "/\\+[^@]*@/", "@") ||
      can(regex("^[0-9a-z-]+\\.", destination.identity)) &&
      try(endswith(".${lower(split("@", destination.from)[1])}", ".${destination.identity}"), false)
      if destination.kind == "email" && destination.identity != null
    ])
    error_message = format(
      join(" ", [
        "The identity of an `email` destination must be the address in `from`, its domain in lower case, or a parent",
        "domain. Correct %s.",
      ]),
      join(", ", [
        for name, destination in var.destinations : "${name} (${try(coalesce(destination.identity), "none")})"
        if destination.kind == "email"
      ]),
    )
  }

  validation {
    condition = alltrue([
      for destination in var.destinations : can(regex("^[A-Za-z0-9_-]{1,64}$", destination.configuration_set))
      if destination.kind == "email" && destination.configuration_set != null
    ])
    error_message = format(
      "A configuration_set is a name of 1 to 64 letters, digits, hyphens or underscores. Correct %s.",
      join(", ", [
        for name, destination in var.destinations : "${name} (${try(coalesce(destination.configuration_set), "none")})"
        if destination.kind == "email"
      ]),
    )
  }

  validation {
    condition = alltrue([
      for destination in var.destinations : can(regex(local.bus_pattern, destination.bus))
      if destination.kind == "eventbridge"
    ])
    error_message = format(
      "An `eventbridge` destination needs `bus`, the name (such as `default`) or ARN of an event bus. Correct %s.",
      join(", ", [
        for name, destination in var.destinations : name
        if destination.kind == "eventbridge" && !can(regex(local.bus_pattern, destination.bus))
      ]),
    )
  }

  # process escapes values of the payload, but not the text of the template.
  validation {
    condition = alltrue(flatten([for destination in var.destinations : [
      for template in [destination.template, destination.subject] :
      can(regex("\\S", template)) && !can(regex("<[^>]*\\{", template)) if template != null
    ]]))
    error_message = <<-EOT
      template and subject must not be empty, and must not have `<` before an expression, because the result could
      mention users. Use link(url, text) for links, and write `b > a` instead of `a < b`.
    EOT
  }

  # process makes no attempt that it could have to cut short. It reserves 5.4 s after the attempts (SETTLE_RESERVE), and
  # a call to a service before them takes up to 2.4 s (TIMEOUTS). With less time, one slow call would defer the
  # delivery.
  validation {
    condition = alltrue([
      for destination in var.destinations :
      destination.timeout_seconds >= 0.1 &&
      destination.timeout_seconds <= var.functions.process.timeout_seconds - 8
    ])
    error_message = format(
      join(" ", [
        "The timeout_seconds of a destination must be at least 0.1, and at least 8 less than",
        "functions.process.timeout_seconds (%g). The function needs these seconds for the idempotency table, the",
        "payload and the queues. Lower the timeout of the destination, or raise that of the function. Correct %s.",
      ]),
      var.functions.process.timeout_seconds,
      join(", ", [
        for name, destination in var.destinations : "${name} (${destination.timeout_seconds})"
        if !(
          destination.timeout_seconds >= 0.1 &&
          destination.timeout_seconds <= var.functions.process.timeout_seconds - 8
        )
      ]),
    )
  }

  validation {
    condition = alltrue([
      for destination in var.destinations : destination.give_up_after_hours == null || try(
        destination.give_up_after_hours * 3600 >= 1 &&
        destination.give_up_after_hours <= var.retry.give_up_after_hours,
        false,
      )
    ])
    error_message = format(
      "The give_up_after_hours of a destination must be at least 1 second and at most %s. Correct %s.",
      "retry.give_up_after_hours (${var.retry.give_up_after_hours})",
      join(", ", [
        for name, destination in var.destinations : name if try(
          destination.give_up_after_hours * 3600 < 1 ||
          destination.give_up_after_hours > var.retry.give_up_after_hours,
          false,
        )
      ]),
    )
  }
}
