# Generated from terraform/modules/hookline/variables_destinations.tf:
# edit that file, then run `.ci/terraform-interface --write`.

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
}
