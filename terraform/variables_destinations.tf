# Generated from terraform/modules/hookline/variables_destinations.tf by `.ci/terraform-interface --write`: edit that file instead.

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
}
