# Generated from terraform/modules/hookline/variables_sources.tf:
# edit that file, then run `.ci/terraform-interface --write`.

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
}
