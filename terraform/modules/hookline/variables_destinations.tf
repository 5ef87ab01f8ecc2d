# Where events go. What process would refuse at its start is refused here, in the plan.

locals {
  # Every kind and the options that it takes; functions/process has the same table, and a test compares them.
  kind_options = {
    discord     = ["template"]
    email       = ["from", "subject", "template", "to"]
    eventbridge = ["bus"]
    http        = ["headers", "signed", "url"]
    slack       = ["template"]
  }

  # As process reads an address: no second one in a field, no header.
  address = "^[0-9A-Za-z._+=/'~-]+@[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)+$"
}

variable "destinations" {
  description = <<-EOT
    Receivers by name, each of a `kind`, with the seconds that one delivery may take (`timeout_seconds`). `http`: `url`,
    `headers` to send beside the event's own, `signed` to sign each request with the destination's secret (Standard
    Webhooks). `slack`, `discord`: the channel's webhook URL is the destination's secret. `email`: `from` (an identity that
    SES has verified), `to`, `subject`. `eventbridge`: `bus`, a name or an ARN. `template` and `subject` are Jinja templates
    over `event` and `payload`. All of this rests in the state and in the environment: it must not hold a credential.
  EOT
  type = map(object({
    kind            = string
    timeout_seconds = optional(number, 10)
    url             = optional(string)
    headers         = optional(map(string))
    signed          = optional(bool)
    template        = optional(string)
    from            = optional(string)
    to              = optional(set(string))
    subject         = optional(string)
    bus             = optional(string)
  }))
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.destinations) : can(regex("^[a-z][a-z0-9-]{0,62}$", name))])
    error_message = "A destination's name must be 1 to 63 lower-case letters, digits or hyphens, a letter first; rename ${join(", ", [for name in keys(var.destinations) : name if !can(regex("^[a-z][a-z0-9-]{0,62}$", name))])}."
  }

  validation {
    condition     = alltrue([for destination in var.destinations : try(contains(keys(local.kind_options), destination.kind), false)])
    error_message = "The kind of a destination must be one of ${join(", ", keys(local.kind_options))}; correct ${join(", ", [for name, destination in var.destinations : "${name} (${try(coalesce(destination.kind), "none")})" if !try(contains(keys(local.kind_options), destination.kind), false)])}."
  }

  validation {
    condition = alltrue(flatten([for destination in var.destinations : [
      for option, value in destination : value == null || contains(concat(["kind", "timeout_seconds"], try(local.kind_options[destination.kind], [option])), option)
    ]]))
    error_message = "A destination has options that its kind does not take: ${join("; ", flatten([for name, destination in var.destinations : [
      for option, value in destination : "${name} has ${option}, and ${destination.kind} takes ${join(", ", local.kind_options[destination.kind])}"
      if value != null && !contains(concat(["kind", "timeout_seconds"], try(local.kind_options[destination.kind], [option])), option)
    ]]))}."
  }

  # A user or password in a URL would be a secret in the state and in the environment.
  validation {
    condition     = alltrue([for destination in var.destinations : can(regex("^https?://(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*)(:(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?([/?][^\\s#]*)?$", destination.url)) if destination.kind == "http"])
    error_message = "The url of a destination of the kind 'http' must be absolute, with a host and without user, password or fragment, such as https://api.example.com/hooks."
  }

  # Plain HTTP is for a receiver inside a listed network, and only by address: a name could be made to point elsewhere.
  validation {
    condition = alltrue([
      for destination in var.destinations : try(startswith(destination.url, "https://"), false) || anytrue([
        for network in var.private_networks : try(cidrhost(network, 0) == cidrhost(join("/", [
          regex("^http://((?:(?:0|[1-9][0-9]{0,2})\\.){3}(?:0|[1-9][0-9]{0,2}))(?:[:/?]|$)", destination.url)[0],
          split("/", network)[1],
        ]), 0), false)
      ]) if destination.kind == "http"
    ])
    error_message = "The url of a destination must begin with https://, unless its host is an IPv4 address within private_networks; correct the url, or list the network."
  }

  validation {
    condition = alltrue(flatten([for destination in var.destinations : [for name, value in coalesce(destination.headers, {}) :
      can(regex("^[A-Za-z0-9_-]+$", name)) && can(regex("^[ -~]+$", value)) && !startswith(lower(name), "ce-") && !startswith(lower(name), "webhook-") &&
      !contains(["authorization", "connection", "content-length", "content-type", "cookie", "host", "proxy-authorization", "traceparent", "transfer-encoding"], lower(name))
    ]]))
    error_message = "headers takes names of headers and printable text. Those of the event (ce-*, content-type, traceparent), of its signature (webhook-*) and of the connection are not yours to set, and one with credentials would be a secret in the state; correct ${join(", ", flatten([for name, destination in var.destinations : [for header in try(keys(destination.headers), []) : "${name} (${header})"]]))}."
  }

  validation {
    condition = alltrue([for destination in var.destinations :
      can(regex(local.address, destination.from)) && try(length(destination.to) >= 1 && length(destination.to) <= 50, false) &&
      alltrue([for address in coalesce(destination.to, []) : can(regex(local.address, address))]) if destination.kind == "email"
    ])
    error_message = "A destination of the kind 'email' needs `from`, one plain address, and `to`, 1 to 50 of them, such as alerts@example.com; correct ${join(", ", [for name, destination in var.destinations : "${name} (${join(", ", concat([coalesce(destination.from, "no from")], tolist(coalesce(destination.to, ["no to"]))))})" if destination.kind == "email"])}."
  }

  validation {
    condition     = alltrue([for destination in var.destinations : can(regex("^(arn:[a-z-]+:events:[a-z0-9-]+:[0-9]{12}:event-bus/)?[A-Za-z0-9._/-]{1,256}$", destination.bus)) if destination.kind == "eventbridge"])
    error_message = "A destination of the kind 'eventbridge' needs `bus`, the name or the ARN of an event bus ('default' is one); correct ${join(", ", [for name, destination in var.destinations : name if destination.kind == "eventbridge"])}."
  }

  # What comes out of a payload is made harmless, but not what a template puts around it.
  validation {
    condition     = alltrue(flatten([for destination in var.destinations : [for template in [destination.template, destination.subject] : can(regex("\\S", template)) && !can(regex("<[^>]*\\{", template)) if template != null]]))
    error_message = "template and subject must not be empty, and `<` before an expression could become a mention: use link(url, text), and `b > a` for `a < b`."
  }

  validation {
    condition     = alltrue([for destination in var.destinations : destination.timeout_seconds >= 0.1 && destination.timeout_seconds <= var.functions.process.timeout_seconds - 6])
    error_message = "The timeout_seconds of a destination must be at least 0.1 and at most 6 below functions.process.timeout_seconds: the function needs those seconds for the idempotency table and the queues."
  }
}
