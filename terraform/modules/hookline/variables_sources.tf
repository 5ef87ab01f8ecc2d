# What is received, and how each sender signs. What ingest would refuse at its start is refused here, in the plan.

locals {
  # Every scheme and the options that it takes; crates/signature has the same table, and a test compares them.
  scheme_options = {
    bitbucket = []
    github    = []
    gitlab    = ["mode", "tolerance_seconds"]
    hmac      = ["header", "prefix", "encoding", "algorithm", "template", "timestamp_header", "id_header", "event_header", "separator", "tolerance_seconds"]
    linear    = ["tolerance_seconds"]
    pagerduty = []
    shopify   = []
    slack     = ["tolerance_seconds"]
    standard  = ["tolerance_seconds"]
    stripe    = ["tolerance_seconds"]
    twilio    = ["url"]
  }

  # Seconds that a signed time may be away from now, at most. It can be narrowed, not switched off.
  most_tolerance = { gitlab = 300, hmac = 3600, linear = 60, slack = 300, standard = 300, stripe = 300 }
}

variable "sources" {
  description = <<-EOT
    Senders by name, which is the last part of their URL, and the `scheme` by which each signs. `content_types` limits
    what is accepted; `tolerance_seconds` narrows how old a signature with a time may be. For `hmac`: `header` (required),
    `prefix`, `encoding` (hex or base64), `algorithm` (sha256 or sha512), `template` of what is signed ({timestamp}, {id},
    {body}) with `timestamp_header` and `id_header`, `event_header` with the type, `separator` of several signatures. For
    `gitlab`: `mode` (token or signature). For `twilio`: `url`, the one that Twilio was given.
  EOT
  type = map(object({
    scheme            = string
    content_types     = optional(list(string))
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
  }))
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.sources) : can(regex("^[a-z][a-z0-9-]{0,62}$", name))])
    error_message = "A source's name must be 1 to 63 lower-case letters, digits or hyphens, a letter first; rename ${join(", ", [for name in keys(var.sources) : name if !can(regex("^[a-z][a-z0-9-]{0,62}$", name))])}."
  }

  validation {
    condition     = !contains(keys(var.sources), "events")
    error_message = "The source name 'events' is reserved for POST /events: choose another."
  }

  validation {
    condition     = alltrue([for source in var.sources : try(contains(keys(local.scheme_options), source.scheme), false)])
    error_message = "The scheme of a source must be one of ${join(", ", keys(local.scheme_options))}; correct ${join(", ", [for name, source in var.sources : "${name} (${try(coalesce(source.scheme), "none")})" if !try(contains(keys(local.scheme_options), source.scheme), false)])}."
  }

  validation {
    condition = alltrue(flatten([for source in var.sources : [
      for option, value in source : value == null || contains(concat(["scheme", "content_types"], try(local.scheme_options[source.scheme], [option])), option)
    ]]))
    error_message = "A source has options that its scheme does not take: ${join("; ", flatten([for name, source in var.sources : [
      for option, value in source : "${name} has ${option}, and ${source.scheme} takes ${length(local.scheme_options[source.scheme]) == 0 ? "none" : join(", ", local.scheme_options[source.scheme])}"
      if value != null && !contains(concat(["scheme", "content_types"], try(local.scheme_options[source.scheme], [option])), option)
    ]]))}."
  }

  validation {
    condition     = alltrue([for source in var.sources : can(regex("^[A-Za-z0-9_-]+$", source.header)) if source.scheme == "hmac"])
    error_message = "A source with the scheme 'hmac' needs `header`, the name of the header that carries the signature; correct ${join(", ", [for name, source in var.sources : name if source.scheme == "hmac" && !can(regex("^[A-Za-z0-9_-]+$", source.header))])}."
  }

  validation {
    condition     = alltrue(flatten([for source in var.sources : [for header in [source.timestamp_header, source.id_header, source.event_header] : header == null || can(regex("^[A-Za-z0-9_-]+$", header))]]))
    error_message = "timestamp_header, id_header and event_header must be names of headers: letters, digits, hyphens and underscores."
  }

  validation {
    condition     = alltrue([for source in var.sources : contains(["hex", "base64"], coalesce(source.encoding, "hex"))])
    error_message = "The encoding of a source must be 'hex' (the default) or 'base64'; correct ${join(", ", [for name, source in var.sources : name if !contains(["hex", "base64"], coalesce(source.encoding, "hex"))])}."
  }

  validation {
    condition     = alltrue([for source in var.sources : contains(["sha256", "sha512"], coalesce(source.algorithm, "sha256"))])
    error_message = "The algorithm of a source must be 'sha256' (the default) or 'sha512'; correct ${join(", ", [for name, source in var.sources : name if !contains(["sha256", "sha512"], coalesce(source.algorithm, "sha256"))])}."
  }

  validation {
    condition     = alltrue([for source in var.sources : contains(["token", "signature"], coalesce(source.mode, "token"))])
    error_message = "The mode of a source with the scheme 'gitlab' must be 'token' (the default: a secret token) or 'signature' (a signing token); correct ${join(", ", [for name, source in var.sources : name if !contains(["token", "signature"], coalesce(source.mode, "token"))])}."
  }

  # As ingest reads a template: text, and each of the three at most once, the body always, with something between them.
  validation {
    condition     = alltrue([for source in var.sources : can(regex("^[^{}]*(\\{(timestamp|id|body)\\}[^{}]+)*(\\{(timestamp|id|body)\\})?[^{}]*$", source.template)) && length(split("{body}", source.template)) == 2 && length(split("{timestamp}", source.template)) <= 2 && length(split("{id}", source.template)) <= 2 if source.template != null])
    error_message = "The template of a source must have {body} exactly once, may have {timestamp} and {id} once each, with something such as a dot between them, and no other braces; correct ${join(", ", [for name, source in var.sources : "${name} (${source.template})" if source.template != null])}."
  }

  validation {
    condition     = alltrue([for source in var.sources : strcontains(coalesce(source.template, "{body}"), "{timestamp}") == (source.timestamp_header != null)])
    error_message = "A template with {timestamp} and timestamp_header need each other; correct ${join(", ", [for name, source in var.sources : name if strcontains(coalesce(source.template, "{body}"), "{timestamp}") != (source.timestamp_header != null)])}."
  }

  validation {
    condition     = alltrue([for source in var.sources : source.id_header != null if strcontains(coalesce(source.template, "{body}"), "{id}")])
    error_message = "A template with {id} needs id_header; correct ${join(", ", [for name, source in var.sources : name if source.id_header == null && strcontains(coalesce(source.template, "{body}"), "{id}")])}."
  }

  validation {
    condition     = alltrue([for source in var.sources : source.separator != ""])
    error_message = "separator must not be empty: leave it out if there is one signature."
  }

  validation {
    condition     = alltrue([for source in var.sources : source.tolerance_seconds >= 1 && source.tolerance_seconds <= try(local.most_tolerance[source.scheme], 300) && floor(source.tolerance_seconds) == source.tolerance_seconds if source.tolerance_seconds != null])
    error_message = "tolerance_seconds must be a whole number from 1 to the most that the scheme allows (${join(", ", [for scheme, most in local.most_tolerance : "${scheme} ${most}"])}): it can be narrowed, not switched off."
  }

  validation {
    condition     = alltrue([for source in var.sources : (source.scheme != "hmac" || source.timestamp_header != null) && (source.scheme != "gitlab" || source.mode == "signature") if source.tolerance_seconds != null])
    error_message = "tolerance_seconds needs a time that is signed: for hmac a template with {timestamp}, for gitlab mode = \"signature\"."
  }

  validation {
    condition     = alltrue([for source in var.sources : can(regex("^https?://[^/?#\\s@]+[^#\\s]*$", source.url)) if source.url != null])
    error_message = "The url of a source must be the absolute URL that the sender was given, without user or fragment, such as https://hooks.example.com/webhooks/twilio."
  }

  validation {
    condition     = alltrue([for type in flatten([for source in var.sources : source.content_types if source.content_types != null]) : can(regex("^[a-z0-9.+-]+/(\\*\\+)?[a-z0-9.+-]+$", type))])
    error_message = "content_types takes lower-case media types without parameters, such as \"application/json\" or \"application/*+json\"."
  }

  validation {
    condition     = alltrue([for source in var.sources : length(source.content_types) > 0 if source.content_types != null])
    error_message = "content_types must not be empty, since nothing would be accepted: name a media type, or leave it out."
  }
}
