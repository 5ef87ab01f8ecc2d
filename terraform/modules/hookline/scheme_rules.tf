# What is invalid in the schemes and handshakes that sources spell out, as texts for the messages in source_rules.tf.
# ingest would reject the same when it starts.

locals {
  own_handshakes = {
    for name, source in var.sources : name => source.handshakes if source.handshakes != null
  }

  # The options that have few values.
  closed_options = concat(
    flatten([for name, scheme in local.spelled_out : concat([
      { name = "${name} has scheme.algorithm", value = scheme.algorithm, values = local.algorithms },
      { name = "${name} has scheme.digest", value = scheme.digest, values = local.digests },
      { name = "${name} has key.encoding", value = try(scheme.key.encoding, null), values = local.key_encodings },
      { name = "${name} has key.derive", value = try(scheme.key.derive, null), values = local.key_derivations },
      {
        name   = "${name} has signature.encoding"
        value  = scheme.signature.encoding
        values = local.signature_encodings
      },
      { name = "${name} has timestamp.unit", value = try(scheme.timestamp.unit, null), values = local.time_units },
      ], [
      for algorithm in try([for algorithm in scheme.jwt.algorithms : algorithm], []) :
      { name = "${name} has jwt.algorithms", value = algorithm, values = local.jwt_algorithms }
    ])]),
    flatten([for name, handshakes in local.own_handshakes : [
      for handshake in handshakes :
      { name = "${name} has handshakes.method", value = handshake.method, values = local.handshake_methods }
    ]]),
  )
  invalid_values = [
    for option in local.closed_options : "${option.name} = ${option.value}, not one of ${join(", ", option.values)}"
    if option.value != null && !contains(option.values, coalesce(option.value, "none"))
  ]

  places = concat(
    flatten([for name, scheme in local.spelled_out : [
      for place in concat(scheme.signature.in, try([scheme.timestamp.in], []), try(keys(scheme.bind), [])) :
      { name = name, text = place }
    ]]),
    flatten([for name, handshakes in local.own_handshakes : [for handshake in handshakes : [
      for place in concat(try(keys(handshake.when), []), [handshake.token, handshake.key]) :
      { name = name, text = place } if place != null
    ]]]),
  )
  invalid_places = [
    for place in local.places : "${place.name} has ${place.text}" if !can(regex(local.place_pattern, place.text))
  ]

  scheme_templates = {
    for name, scheme in local.source_schemes : name => concat(
      [try(scheme.message, "{body}")], values(try(scheme.bind, {})), try(scheme.id, []), try(scheme.type, []),
    )
  }
  handshake_templates = {
    for name, handshakes in local.own_handshakes : name => flatten([for handshake in handshakes : concat(
      handshake.body[*], try(values(handshake.json), []), try(values(handshake.headers), []),
    )])
  }
  invalid_templates = concat(
    flatten([for name, templates in local.scheme_templates : [
      for template in templates : "${name} has ${template}" if !can(regex(local.template_pattern, template))
    ]]),
    flatten([for name, templates in local.handshake_templates : [
      for template in templates : "${name} has ${template}"
      if !can(regex(local.response_template_pattern, template))
    ]]),
  )

  # Members that do not fit together.
  scheme_problems = flatten([for name, scheme in local.source_schemes : [
    for problem, exists in {
      "signature.in is empty, so no request would be accepted" = length(scheme.signature.in) == 0
      "signature.in can be the body only for a JWT" = (
        contains(scheme.signature.in, "body") && local.scheme_kinds[name] != "jwt"
      )
      "signature.names and signature.pairs need each other" = (
        can(scheme.signature.pairs) != (try(length(scheme.signature.names), 0) > 0)
      )
      "separator, after, separators and assignment must not be empty" = contains(flatten([
        for option in ["separator", "after"] : try(scheme.signature[option], [])
        ]), "") || contains(flatten([
        for option in ["separators", "assignment"] : try(scheme.signature.pairs[option], [])
      ]), "")
      "signature.encoding can be text only for a token or a JWT" = (
        try(scheme.signature.encoding == "text", false) && local.signs_message[name]
      )
      "message and digest are not for a token or a JWT; use bind for a JWT" = (
        (can(scheme.message) || can(scheme.digest)) && !local.signs_message[name]
      )
      "message has no field of the request" = (
        local.signs_message[name] && length(local.message_fields[name]) == 0
      )
      "message has fields without text between them" = local.has_adjacent_fields[name]
      "message has {timestamp}, and timestamp is missing" = (
        contains(local.message_parts[name], "{timestamp}") && !can(scheme.timestamp)
      )
      "message has {id}, and the first id is not one place" = (
        contains(local.message_parts[name], "{id}") && !can(regex("^\\{[^{}]+\\}$", scheme.id[0]))
      )
      "timestamp is not signed: add {timestamp} to the message" = local.has_unsigned_time[name]
      "jwt and algorithm = \"jwt\" need each other"             = can(scheme.jwt) != (local.scheme_kinds[name] == "jwt")
      "jwt.algorithms is empty, or needs different keys" = (
        can(scheme.jwt) && length(toset(local.jwt_keys[name])) != 1
      )
      "key.derive is only for an HMAC, and nfkd only for a text" = can(scheme.key.derive) && (
        local.scheme_kinds[name] != "hmac" || (
          try(scheme.key.derive == "nfkd", false) && try(scheme.key.encoding, "text") != "text"
        )
      )
      "each is not a JSON pointer" = !can(regex("^(/.*)?$", try(scheme.each, "")))
    } : "${name}: ${problem}" if exists
  ]])

  handshake_problems = flatten([for name, handshakes in local.own_handshakes : [
    for problem, exists in {
      "handshakes are only for a source with a scheme; the sender has its own" = var.sources[name].scheme == null
      "body and json exclude each other" = anytrue([
        for handshake in handshakes : handshake.body != null && handshake.json != null
      ])
      "signed is only for POST" = anytrue([
        for handshake in handshakes : coalesce(handshake.signed, false) && handshake.method != "POST"
      ])
      "when is empty, so each POST would be a handshake" = anytrue([
        for handshake in handshakes : length(handshake.when) == 0 && handshake.method == "POST"
      ])
      "{signed(PLACE)} needs an HMAC" = (
        strcontains(jsonencode(local.handshake_templates[name]), "{signed(") &&
        lookup(local.scheme_kinds, name, "hmac") != "hmac"
      )
    } : "${name}: ${problem}" if exists
  ]])
}

# What the problems of a scheme depend on.
locals {
  message_fields = {
    for name, parts in local.message_parts : name => [for part in parts : part if can(regex("^\\{[^{]", part))]
  }

  has_whole_body = {
    for name, fields in local.message_fields : name => can(regex(local.body_pattern, join("", fields)))
  }

  # Without text between two values of any length, one request could be changed into another with the same message. The
  # body and another value may be adjacent, because ingest checks where the body ends. Values of a body may be adjacent
  # if the message does not have the whole body.
  message_codes = {
    for name, parts in local.message_parts : name => join("", [
      for part in [for part in parts : part == "{id}" ? try(local.source_schemes[name].id[0], part) : part] :
      part == "{body}" ? "b" :
      can(regex("^\\{(header|query|pair|claim):", part)) ? "v" :
      can(regex("^\\{(sorted_form|signed_headers:)", part)) ? "s" :
      can(regex("^\\{(json|form):", part)) && local.has_whole_body[name] ? "j" : "."
    ])
  }
  has_adjacent_fields = {
    for name, codes in local.message_codes : name => can(regex("[bsj][bsj]|v[vsj]|[sj]v", codes))
  }

  has_unsigned_time = {
    for name, scheme in local.source_schemes : name => can(scheme.timestamp) && !anytrue([
      for place in [try(scheme.timestamp.in, "")] :
      contains(local.message_parts[name], "{timestamp}") || contains(local.message_parts[name], "{${place}}") ||
      can(regex("^header:", place)) && strcontains(join("", local.message_fields[name]), "{signed_headers:") ||
      can(regex("^claim:", place)) && local.scheme_kinds[name] == "jwt" ||
      can(regex("^(json|form):", place)) && local.scheme_trust[name] == "body" ||
      can(regex("^query:", place)) && contains(local.message_parts[name], "{url}") && var.sources[name].url == null
    ])
  }

  # The kinds of keys: with several, an attacker could use a public key as the key of an HMAC.
  jwt_keys = {
    for name, scheme in local.source_schemes :
    name => [for algorithm in try(scheme.jwt.algorithms, []) : replace(substr(algorithm, 0, 2), "PS", "RS")]
  }
}
