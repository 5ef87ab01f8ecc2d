# Generated from terraform/modules/hookline/variables_sources.tf:
# edit that file, then run `.ci/terraform-interface --write`.

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
}
