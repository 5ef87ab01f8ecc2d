# Destinations: where events go. The plan rejects each value that process would reject when it starts.

locals {
  # All kinds with their options. functions/process has the same table, and a test compares both.
  kind_options = {
    discord     = ["template"]
    email       = ["from", "subject", "template", "to"]
    eventbridge = ["bus"]
    http        = ["headers", "signed", "url"]
    slack       = ["template"]
  }

  # Options of `email` that only the permissions use, so the environment of process does not contain them.
  permission_options = ["configuration_set", "identity"]

  supported_options = {
    for kind, options in local.kind_options : kind =>
    kind == "email" ? sort(concat(options, local.permission_options)) : options
  }

  # Options of each destination, independent of its kind.
  destination_options = ["kind", "timeout_seconds", "give_up_after_hours"]

  # An absolute URL with a host and an optional port from 1 to 65535, without user, password and fragment.
  host_pattern = join("|", [
    "\\[[0-9A-Fa-f:.]+\\]",
    "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*",
  ])
  port_pattern = join("|", [
    "[1-9][0-9]{0,3}", "[1-5][0-9]{4}", "6[0-4][0-9]{3}", "65[0-4][0-9]{2}", "655[0-2][0-9]", "6553[0-5]",
  ])
  url_pattern = "^https?://(${local.host_pattern})(:(?:${local.port_pattern}))?([/?][^\\s#]*)?$"

  # The IPv4 address of a plain HTTP URL.
  http_address_pattern = "^http://((?:(?:0|[1-9][0-9]{0,2})\\.){3}(?:0|[1-9][0-9]{0,2}))(?:[:/?]|$)"

  # One e-mail address as process parses it: no second address and no header can be in it.
  email_pattern = "^[0-9A-Za-z._+=/'~-]+@[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)+$"

  bus_pattern = "^(arn:[a-z-]+:events:[a-z0-9-]+:[0-9]{12}:event-bus/)?[A-Za-z0-9._/-]{1,256}$"

  # Headers that the connection, the event or the tracing sets, and headers with credentials.
  reserved_headers = [
    "authorization", "connection", "content-encoding", "content-length", "content-type", "cookie", "host",
    "proxy-authorization", "traceparent", "transfer-encoding",
  ]
}

variable "destinations" {
  description = <<-EOT
    Destinations by name. `kind` defines how a destination receives events; `timeout_seconds` is the time limit of one
    attempt. With more than 5, all deliveries to the destination are made on the retry lane, so that they do not delay
    other destinations. `give_up_after_hours` is the age at which a failed delivery goes to the DLQ, if that should be
    earlier than `retry.give_up_after_hours`. Options of `http`: `url`, `headers` in addition to the event's headers,
    and `signed` to sign each request with the destination's secret (Standard Webhooks). The secret of `slack` and
    `discord` is the webhook URL of the channel. Options of `email`: `from` (an address that SES has verified, or of a
    verified domain), `to`, `subject`, `configuration_set` if the sender's identity has a default configuration set in
    SES, and `identity` to name the verified identity of the sender, which by default is any that can cover `from`.
    Option of `eventbridge`: `bus`, a name or an ARN. `template` and `subject` are Jinja templates with `event` and
    `payload`. The state and the environment of the function contain all options, so they must not contain credentials.
  EOT
  type = map(object({
    kind                = string
    timeout_seconds     = optional(number, 5)
    give_up_after_hours = optional(number)
    url                 = optional(string)
    headers             = optional(map(string))
    signed              = optional(bool)
    template            = optional(string)
    from                = optional(string)
    to                  = optional(set(string))
    subject             = optional(string)
    bus                 = optional(string)
    configuration_set   = optional(string)
    identity            = optional(string)
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
      for destination in var.destinations : can(regex(local.url_pattern, destination.url))
      if destination.kind == "http"
    ])
    error_message = format(
      join(" ", [
        "The url of an `http` destination must be absolute, with a host and without user, password and fragment,",
        "such as https://api.example.com/hooks. Correct %s.",
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
      !contains(local.reserved_headers, lower(name))
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

  validation {
    condition = alltrue([
      for destination in var.destinations :
      destination.timeout_seconds >= 0.1 &&
      destination.timeout_seconds <= var.functions.process.timeout_seconds - 6
    ])
    error_message = <<-EOT
      The timeout_seconds of a destination must be at least 0.1, and at least 6 less than
      functions.process.timeout_seconds (${var.functions.process.timeout_seconds}). The function needs these seconds for
      the idempotency table and the queues.
    EOT
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
