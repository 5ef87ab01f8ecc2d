# How sources sign: the schemes that sources spell out, their values, and what a scheme has.

locals {
  # Values of the options that have few, as in senders/schema.json.
  algorithms = [
    "hmac-sha256", "hmac-sha1", "hmac-sha384", "hmac-sha512", "ed25519", "ecdsa-p256-sha256", "ecdsa-p256-sha256-raw",
    "rsa-pkcs1-sha256", "rsa-pkcs1-sha512", "rsa-pss-sha256", "rsa-pss-sha512", "jwt", "token",
  ]
  signature_encodings = [
    "hex", "hex-upper", "hex-any", "base64", "base64-unpadded", "base64url", "base64url-unpadded", "base64-hex",
    "base64-percent", "text",
  ]
  key_encodings     = ["text", "hex", "base64", "base64url"]
  key_derivations   = ["nfkd", "sha1", "sha256"]
  digests           = ["sha256"]
  jwt_algorithms    = ["HS256", "HS384", "HS512", "RS256", "RS512", "PS256", "PS512", "ES256", "EdDSA"]
  time_units        = ["seconds", "milliseconds", "either", "iso8601", "rfc1123"]
  handshake_methods = ["GET", "HEAD", "POST"]
  deduplications    = ["auto", "body", "id", "off"]

  # Options of API Gateway, which ingest does not know.
  gateway_options = ["throttle", "allowed_ips", "recover"]

  # The default of tolerance_seconds, and its maximum.
  default_tolerance_seconds = 300
  max_tolerance_seconds     = 1296000
}

# The forms of places and templates.
locals {
  place_names = join("|", [
    "header:[A-Za-z0-9!#$%&'*+.^_`|~-]+", "json:/[^{}]*", "(query|form|pair|claim):[^{}]+", "body",
  ])
  place_pattern = "^(${local.place_names})$"

  # What can be in the braces of a template. Only a handshake's response can have `{signed(PLACE)}`.
  field_names = join("|", [
    local.place_names, "timestamp", "id", "url", "method", "path", "target", "sorted_form", "url[+][^{}]+",
    "sha256(_base64)?\\((body|url)\\)", "signed_headers:[^{}]+", "[?](${local.place_names})",
  ])
  response_field_names = "${local.field_names}|signed\\((${local.place_names})\\)"

  template_pattern          = "^([^{}]|\\{\\{|\\}\\}|\\{(${local.field_names})\\})*$"
  response_template_pattern = "^([^{}]|\\{\\{|\\}\\}|\\{(${local.response_field_names})\\})*$"

  # Fields that have the whole body or its hash.
  body_pattern = "\\{(body|sha256\\(body\\)|sha256_base64\\(body\\)|sorted_form)\\}"

  # Fields that depend on the URL that is configured at the sender.
  signed_url_pattern = "\\{url|\\{path\\}|\\{target\\}|\\(url\\)"
}

locals {
  spelled_out = { for name, source in var.sources : name => source.scheme if source.scheme != null }

  # The schemes as ingest gets them: without nulls, also in the objects that they contain.
  source_schemes = {
    for name, scheme in local.spelled_out : name => { for key, value in merge(scheme, {
      key       = try({ for key, value in scheme.key : key => value if value != null }, null)
      jwt       = try({ for key, value in scheme.jwt : key => value if value != null }, null)
      timestamp = try({ for key, value in scheme.timestamp : key => value if value != null }, null)
      signature = { for key, value in merge(scheme.signature, {
        pairs = try({ for key, value in scheme.signature.pairs : key => value if value != null }, null)
      }) : key => value if value != null }
    }) : key => value if value != null }
  }

  # `hmac`, `token`, `jwt`, or the first part of an algorithm with a public key.
  scheme_kinds  = { for name, scheme in local.source_schemes : name => split("-", try(scheme.algorithm, "hmac"))[0] }
  signs_message = { for name, kind in local.scheme_kinds : name => !contains(["token", "jwt"], kind) }

  # Literal braces, fields and texts.
  message_parts = {
    for name, scheme in local.source_schemes : name => regexall(
      "\\{\\{|\\}\\}|\\{[^{}]+\\}|[^{}]+", local.signs_message[name] ? try(scheme.message, "{body}") : "",
    )
  }

  # All that a source can sign by: the scheme, what it inherits, and the alternatives.
  all_schemes = {
    for name, source in var.sources : name => concat(
      try([local.source_schemes[name]], []),
      try(local.sender_schemes[source.sender], []),
      try(local.sender_alternatives[source.sender], []),
    )
  }

  scheme_facts = {
    for name, schemes in local.all_schemes : name => {
      has_ids = anytrue([for scheme in schemes : try(length(scheme.id) > 0, false)])
      has_jwt = anytrue([for scheme in schemes : try(scheme.algorithm == "jwt", false)])
      has_time = anytrue([
        for scheme in schemes :
        try(scheme.timestamp, null) != null || try(scheme.jwt.max_age_seconds, null) != null
      ])
      signs_url = anytrue([for scheme in schemes : can(regex(
        local.signed_url_pattern, jsonencode([try(scheme.message, ""), try(scheme.bind, {})]),
      ))])
    }
  }

  default_tolerances = {
    for name, source in var.sources :
    name => try(local.sender_tolerances[source.sender], local.default_tolerance_seconds)
  }

  # What a valid request of a spelled-out scheme proves, as `trust` in the file of a sender.
  scheme_trust = {
    for name, scheme in local.source_schemes : name => (
      local.scheme_kinds[name] == "token" ? "token" :
      contains(scheme.signature.in, "body") || anytrue([
        for text in concat(local.message_parts[name], values(try(scheme.bind, {}))) :
        can(regex(local.body_pattern, text))
      ]) ? "body" : "envelope"
    )
  }

  source_trust = {
    for name, source in var.sources :
    name => try(local.scheme_trust[name], local.sender_files[source.sender].trust, "body")
  }

  # Only a source with a scheme has its own handshakes.
  source_methods = {
    for name, source in var.sources : name => concat(["POST"], sort(setintersection(["GET", "HEAD"], try(
      [for handshake in source.handshakes : handshake.method], local.sender_methods[source.sender], [],
    ))))
  }
}
