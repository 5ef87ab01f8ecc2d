# Rules for the requests of `http` destinations: headers, templates and statuses. destination_rules.tf reports them.

locals {
  # The names of headers in lower case.
  configured_headers = {
    for name, http in local.http_destinations : name => [for header in keys(coalesce(http.headers, {})) : lower(header)]
  }
  forward_headers = {
    for name, destination in var.destinations :
    name => [for header in coalesce(destination.forward_headers, []) : lower(header == null ? "" : header)]
  }

  # The first and the last status of each range in `success`.
  success_ranges = {
    for name, http in local.http_destinations : name => [
      for text in coalesce(http.success, []) : try(
        [for part in regex(local.status_pattern, text) : tonumber(part) if part != null], [],
      )
    ]
  }

  request_problems = flatten([for name, http in local.http_destinations : [
    for problem, exists in {
      "success must have statuses from 300 to 499, such as \"409\", or ranges such as \"300-399\"" = anytrue([
        for range in local.success_ranges[name] : length(range) == 0 || try(range[0] > range[1], false)
      ])
      "success must not have ${join(", ", local.never_successful)}, after which a later attempt can succeed" = anytrue([
        for range in local.success_ranges[name] :
        length(distinct(range)) == 1 && contains(local.never_successful, try(range[0], 0))
      ])
      "forward_headers must have names of headers that Hookline does not set itself" = anytrue([
        for header in local.forward_headers[name] :
        !can(regex(local.header_pattern, header)) || can(regex(local.event_header_pattern, header)) ||
        can(regex(local.connection_header_pattern, header))
      ])
      "a header is in headers and in forward_headers" = length(
        setintersection(local.configured_headers[name], local.forward_headers[name])
      ) > 0
      "a header is twice in headers or forward_headers" = anytrue([
        for headers in [local.configured_headers[name], local.forward_headers[name]] :
        length(distinct(headers)) != length(headers)
      ])
    } : "${name}: ${problem}" if exists
  ]])

  # All templates of a destination, with the name of their option.
  destination_templates = {
    for name, destination in var.destinations : name => merge(
      { for option, text in {
        body     = destination.body
        group    = destination.group
        subject  = destination.subject
        template = destination.template
      } : option => text if text != null },
      { for header, text in coalesce(destination.headers, {}) : "headers.${header}" => text },
    )
  }

  # Expressions and statements of these templates, in one text.
  template_code = {
    for name, templates in local.destination_templates : name => {
      for option, text in templates : option => join(" ", regexall(local.template_code_pattern, text))
    }
  }

  template_problems = concat(
    flatten([for name, templates in local.destination_templates : [
      for option, text in templates :
      "${name}: ${option} begins an expression, a statement or a comment that does not end"
      if can(regex("\\{[{%#]", replace(text, local.template_block_pattern, "")))
    ]]),
    flatten([for name, templates in local.destination_templates : [
      for option in ["body", "group"] : "${name}: ${option} must not be empty"
      if can(templates[option]) && !can(regex("\\S", templates[option]))
    ]]),
    flatten([for name, templates in local.destination_templates : [
      for option, text in templates : "${name}: ${option} can only have the attributes of event"
      if startswith(option, "headers.") && (
        can(regex(local.header_names_pattern, text)) || length(setsubtract(
          flatten(regexall("\\bevent\\.(\\w+)", local.template_code[name][option])), local.event_attributes,
        )) > 0
      )
    ]]),
    [
      for name, templates in local.destination_templates :
      "${name}: group must not have `<` before an expression" if can(regex("<[^>]*\\{", templates.group))
    ],
    flatten([for name, code in local.template_code : [
      for option in ["group", "subject", "template"] :
      "${name}: ${option} must not have the filters e, escape and safe, because all values are escaped"
      if can(regex(local.message_filters_pattern, code[option]))
    ]]),
    [
      for name, templates in local.destination_templates :
      "${name}: body must not have autoescape and the filters e, escape, safe and tojson, because its values are JSON"
      if can(regex(local.body_filters_pattern, templates.body))
    ],
    [
      for name, templates in local.destination_templates : "${name}: body must not have the character U+0000"
      if can(regex("\\x00", templates.body))
    ],
  )
}

# The headers that senders' requests have and that receivers get.
locals {
  # An event carries so many headers, as in crates/event.
  max_forwarded_headers = 20

  forwarded_headers = {
    for name in keys(var.sources) : name => sort(distinct(flatten([
      for route in var.routes : [
        for destination in route.destinations : try(local.forward_headers[destination], [])
      ] if route.source == name
    ])))
  }

  # The headers with the secret itself or a token, of the sources whose sender sends it.
  token_headers = {
    for name, schemes in local.all_schemes : name => distinct(flatten([
      for scheme in schemes : [
        for place in try(scheme.signature.in, []) : lower(trimprefix(place, "header:")) if startswith(place, "header:")
      ]
    ])) if anytrue([for scheme in schemes : try(contains(["jwt", "token"], scheme.algorithm), false)])
  }

  credential_headers = concat(
    flatten([for name, headers in local.forward_headers : [
      for header in headers : "${name} has ${header}" if can(regex(local.credential_header_pattern, header))
    ]]),
    flatten([for source, headers in local.forwarded_headers : [
      for header in headers : "${header} is the credential of the source ${source}"
      if contains(lookup(local.token_headers, source, []), header)
    ]]),
  )
}
