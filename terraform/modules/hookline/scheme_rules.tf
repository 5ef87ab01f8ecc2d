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

  # Fields whose value is the value of another option.
  missing_options = flatten([for name, scheme in local.source_schemes : [
    for field, option in {
      "{timestamp}" = { name = "timestamp", exists = can(scheme.timestamp) }
      "{id}"        = { name = "id", exists = try(length(scheme.id) > 0, false) }
      "{pair:"      = { name = "signature.pairs", exists = can(scheme.signature.pairs) }
    } : "${name} needs ${option.name}"
    # Two braces are a literal one.
    if strcontains(replace(jsonencode(local.scheme_templates[name]), "{{", ""), field) && !option.exists
  ]])

  # A time in a header proves nothing if the sender does not sign it.
  unsigned_times = [
    for name, scheme in local.source_schemes : name
    if can(regex("^(header|pair):", scheme.timestamp.in)) && !anytrue([
      for field in ["{timestamp}", "{${try(scheme.timestamp.in, "")}}", "{signed_headers:"] :
      strcontains(try(scheme.message, ""), field)
    ])
  ]

  # `token` and `jwt` have no message, a token has no time, and only a JWT has claims.
  unused_options = { jwt = ["message", "digest"], token = ["message", "digest", "timestamp"] }
  misplaced_options = flatten([for name, scheme in local.source_schemes : concat(
    [
      for option in lookup(local.unused_options, try(scheme.algorithm, ""), []) :
      "${name} has ${option} with ${scheme.algorithm}" if can(scheme[option])
    ],
    [
      for algorithm in [try(scheme.algorithm, "hmac-sha256")] : "${name} has jwt with ${algorithm}"
      if algorithm != "jwt" && can(scheme.jwt)
    ],
    [
      for algorithm in [try(scheme.algorithm, "hmac-sha256")] : "${name} has the encoding text with ${algorithm}"
      if algorithm != "token" && try(scheme.signature.encoding == "text", false)
    ],
  )])

  empty_texts = [
    for name, scheme in local.spelled_out : name
    if contains(concat(
      [scheme.signature.separator, scheme.signature.after, try(scheme.signature.pairs.assignment, null)],
      try([for separator in scheme.signature.pairs.separators : separator], []),
    ), "")
  ]

  double_responses = [
    for name, handshakes in local.own_handshakes : name
    if anytrue([for handshake in handshakes : handshake.body != null && handshake.json != null])
  ]
}
