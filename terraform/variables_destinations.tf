# Generated from terraform/modules/hookline/variables_destinations.tf:
# edit that file, then run `.ci/terraform-interface --write`.

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
}
