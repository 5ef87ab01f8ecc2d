# The catalogue of senders: one file in senders/ for each. A plan reads the files of the configured senders only.

locals {
  senders_folder = "${path.module}/../../../senders"

  # schema.json is the format of the other files.
  sender_names = [
    for file in fileset(local.senders_folder, "*.json") : trimsuffix(file, ".json") if file != "schema.json"
  ]

  # Senders that Hookline does not verify, with the reason, as in crates/senders.
  unsupported_senders = merge(
    { for name in [
      "aws-sns", "circle", "ebay", "fireblocks-jwks", "gemini-dynamic", "google-pubsub", "green-dot", "neon-auth",
      "paypal", "plaid", "shipengine", "truelayer",
    ] : name => "its keys have to be fetched from a URL" },
    { for name in [
      "cloudinary", "paypro-global", "praxis", "quoter", "unisender-go",
    ] : name => "it uses a plain digest instead of an HMAC" },
  )

  source_senders = { for name, source in var.sources : name => source.sender if source.sender != null }

  rejected_senders = [
    for name, sender in local.source_senders : "${name} has ${sender}, and ${local.unsupported_senders[sender]}"
    if contains(setsubtract(keys(local.unsupported_senders), local.sender_names), sender)
  ]

  unknown_senders = {
    for name, sender in local.source_senders : name => sender
    if !contains(concat(local.sender_names, keys(local.unsupported_senders)), sender)
  }
}

# The names that are nearest to an unknown one. Only a plan with an unknown sender reads the other names of all senders.
locals {
  sender_aliases = merge([
    for name in local.sender_names : {
      for alias in try(jsondecode(file("${local.senders_folder}/${name}.json")).aliases, []) : alias => name
    } if length(local.unknown_senders) > 0
  ]...)

  searched_names = setunion(local.sender_names, keys(local.sender_aliases))

  # The pairs of adjacent characters of each name.
  sender_pairs = {
    for name in setunion(local.searched_names, values(local.unknown_senders)) :
    name => toset([for index in range(max(length(name) - 1, 0)) : substr(name, index, 2)])
  }

  # For each unknown sender the similar names, the best first: their difference is from 000 (Dice coefficient 1) to 100.
  sender_differences = {
    for unknown in toset(values(local.unknown_senders)) : unknown => sort([
      for name in local.searched_names : format(
        "%03d %s",
        100 - floor(200 * length(setintersection(local.sender_pairs[unknown], local.sender_pairs[name])) /
        max(length(local.sender_pairs[unknown]) + length(local.sender_pairs[name]), 1)),
        name,
      )
    ])
  }
  similar_senders = {
    for unknown, entries in local.sender_differences : unknown => distinct([
      for entry in entries : lookup(local.sender_aliases, substr(entry, 4, -1), substr(entry, 4, -1))
      if tonumber(substr(entry, 0, 3)) <= 50 || (length(unknown) > 2 && strcontains(substr(entry, 4, -1), unknown))
    ])
  }
  unknown_sender_texts = [
    for name, sender in local.unknown_senders : length(local.similar_senders[sender]) == 0
    ? "${name} has ${sender}"
    : format(
      "%s has %s; the nearest names are %s", name, sender,
      join(", ", [for index, similar in local.similar_senders[sender] : similar if index < 3]),
    )
  ]
}

locals {
  sender_files = {
    for name in setintersection(local.sender_names, values(local.source_senders)) :
    name => jsondecode(file("${local.senders_folder}/${name}.json"))
  }

  # What a file inherits. No file extends one that extends another.
  extended_files = {
    for name, sender in local.sender_files :
    name => jsondecode(file("${local.senders_folder}/${sender.extends}.json")) if can(sender.extends)
  }

  sender_schemes = {
    for name, sender in local.sender_files :
    name => concat(try([local.extended_files[name].scheme], []), try([sender.scheme], []))
  }

  sender_alternatives = {
    for name, sender in local.sender_files :
    name => try(sender.alternatives, local.extended_files[name].alternatives, [])
  }

  # Default of tolerance_seconds. If an alternative has another one, the shortest counts.
  sender_tolerances = {
    for name, sender in local.sender_files : name => min(coalesce(
      try(sender.scheme.timestamp.tolerance_seconds, null),
      try(sender.scheme.jwt.max_age_seconds, null),
      try(local.extended_files[name].scheme.timestamp.tolerance_seconds, null),
      local.default_tolerance_seconds,
      ), [
      for scheme in local.sender_alternatives[name] : scheme.timestamp.tolerance_seconds
      if try(scheme.timestamp.tolerance_seconds, null) != null
    ]...)
  }

  sender_methods = {
    for name, sender in local.sender_files : name => [
      for handshake in try(sender.handshakes, local.extended_files[name].handshakes, []) : handshake.method
    ]
  }
}
