# Generated from terraform/modules/hookline/variables_sources.tf by `.ci/terraform-interface --write`: edit that file instead.

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
}
