# What is invalid in the options of destinations, if the rule needs other variables or several options. process would
# reject most of it when it starts; the rest can never work. A variable's validation cannot use a local value that
# depends on the variable, so the rules are preconditions of an output.

locals {
  http_destinations = { for name, destination in var.destinations : name => destination if destination.kind == "http" }

  auths    = { for name, http in local.http_destinations : name => coalesce(http.auth, "none") }
  services = { for name, http in local.http_destinations : name => http.service == null ? "execute-api" : http.service }
  methods  = { for name, http in local.http_destinations : name => coalesce(http.method, "POST") }

  # The parts of the ARNs of APIs, and of the URLs that AWS gave to APIs.
  apis = { for name, http in local.http_destinations : name => try(
    regex("^${local.arn_prefix}:${local.services[name]}:${local.api_patterns[local.services[name]]}$", http.api), null,
  ) }
  api_urls = { for name, http in local.http_destinations : name => try(
    regex(local.api_url_patterns[local.services[name]], http.url), null,
  ) }

  # API Gateway ignores a slash at the end of the path. For OpenSearch Service, it is another path.
  api_paths = { for name, api in local.apis : name => try(
    trim(join("/", concat(api.stage == "$default" ? [] : [api.stage], [api.path])), "/"), api.path, null,
  ) }
  url_paths = { for name, url in local.api_urls : name => try(
    local.services[name] == "es" ? substr(coalesce(url.path, "/"), 1, -1) : trim(coalesce(url.path, "/"), "/"), null,
  ) }

  unknown_option_values = flatten([for name, destination in var.destinations : [
    for option, values in local.option_values :
    "${name}: ${option} must be ${join(" or ", values)}, and is ${destination[option]}"
    if try(!contains(values, destination[option]), false)
  ]])

  auth_problems = flatten([for name, http in local.http_destinations : [
    for problem, exists in {
      "auth_header is only for auth = \"header\"" = http.auth_header != null && local.auths[name] != "header"
      "auth_header must be the name of a header that Hookline does not set itself" = http.auth_header != null && (
        !can(regex(local.header_pattern, http.auth_header)) ||
        can(regex(local.event_header_pattern, lower(coalesce(http.auth_header, "x")))) ||
        contains(setsubtract(local.reserved_headers, ["authorization"]), lower(coalesce(http.auth_header, "x")))
      )
      "auth_header is also in headers or forward_headers" = local.auths[name] == "header" && contains(
        concat(local.configured_headers[name], local.forward_headers[name]),
        lower(coalesce(http.auth_header, "X-API-Key")),
      )
      "auth = \"oauth2_client_credentials\" needs token_url" = (
        local.auths[name] == "oauth2_client_credentials" && http.token_url == null
      )
      "token_url, token_endpoint_auth_method, scope and audience are only for auth = \"oauth2_client_credentials\"" = (
        local.auths[name] != "oauth2_client_credentials" && anytrue([
          for option in [http.token_url, http.token_endpoint_auth_method, http.scope, http.audience] : option != null
        ])
      )
      "token_url must be an https URL with a valid host and without user, password and fragment, as url" = try(
        !local.is_allowed_url[http.token_url], false,
      )
      "scope and audience must not be empty, and must be printable ASCII characters" = anytrue([
        for text in [http.scope, http.audience] : !can(regex("^[!-~][ -~]*$", text)) if text != null
      ])
      "auth = \"sigv4\" needs api, the ARN of ${lookup(local.api_forms, local.services[name], "the API")}" = (
        local.auths[name] == "sigv4" && http.api == null && contains(keys(local.api_forms), local.services[name])
      )
      "service, region and api are only for auth = \"sigv4\"" = (
        local.auths[name] != "sigv4" &&
        anytrue([for option in [http.service, http.region, http.api] : option != null])
      )
      "auth = \"${local.auths[name]}\" needs a url that begins with https://" = (
        contains(["mtls", "sigv4"], local.auths[name]) && try(startswith(http.url, "http://"), false)
      )
    } : "${name}: ${problem}" if exists
  ]])

  api_problems = flatten([for name, http in local.http_destinations : [
    for problem, exists in {
      (format(
        "api must be the ARN of %s without wildcards, such as %s:%s",
        local.api_forms[local.services[name]], local.arn_prefix, local.api_examples[local.services[name]],
      )) = local.apis[name] == null
      "api is a part of this deployment" = anytrue([
        for own in local.own_arns : http.api == own || startswith(http.api, "${own}:")
      ])
      # A collection's data access policy can allow only roles of its own account:
      # https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-data-access.html
      "api must be in the deployment's account, ${local.account_id}" = (
        local.services[name] == "aoss" && try(split(":", http.api)[4], local.account_id) != local.account_id
      )
      "region is not the region of api" = try(
        local.apis[name].region != coalesce(http.region, var.region), false,
      )
      "method is not the method of api" = try(local.apis[name].method != local.methods[name], false)
      "url and api are two APIs" = anytrue([
        for part in ["id", "region"] : try(local.api_urls[name][part] != local.apis[name][part], false)
        if try(local.api_urls[name][part], null) != null
      ])
      "url has another stage or path than api" = (
        local.url_paths[name] != null && local.api_paths[name] != null &&
        local.url_paths[name] != local.api_paths[name]
      )
    } : "${name}: ${problem}" if exists
  ] if http.api != null && contains(keys(local.api_forms), local.services[name])])

  destination_problems = concat(
    local.unknown_option_values, local.auth_problems, local.api_problems, local.request_problems,
    local.template_problems, local.chat_problems, local.arn_problems, local.aws_problems,
  )
}

# URLs as the validations of `url` accept them.
locals {
  is_allowed_url = {
    for url in toset([for http in local.http_destinations : http.token_url if http.token_url != null]) : url =>
    can(regex(local.url_pattern, url)) && (startswith(url, "https://") || anytrue([
      for network in var.private_networks : try(
        cidrhost(network, 0) == cidrhost(join("/", [
          regex(local.http_address_pattern, url)[0], split("/", network)[1],
        ]), 0),
        false,
      )
    ]))
  }
}

# Only these headers are in the messages of a source, so ingest does not pass on what no destination needs.
output "forwarded_headers" {
  description = "Names of the headers that ingest passes on to destinations, by source."
  value       = local.forwarded_headers

  precondition {
    condition = length(local.destination_problems) == 0
    error_message = format(
      "The options of destinations are invalid. docs/destinations.md describes each kind. Correct %s.",
      join("; ", local.destination_problems),
    )
  }

  precondition {
    condition = length(local.credential_headers) == 0
    error_message = format(
      join(" ", [
        "forward_headers must not have headers with credentials of a sender, because each receiver could then send",
        "events in its name: %s. Remove them.",
      ]),
      join("; ", local.credential_headers),
    )
  }

  precondition {
    condition = alltrue([for headers in local.forwarded_headers : length(headers) <= local.max_forwarded_headers])
    error_message = format(
      "An event has at most %d headers of its request. Remove some of the forward_headers of the destinations of %s.",
      local.max_forwarded_headers,
      join(", ", [
        for source, headers in local.forwarded_headers : "${source} (${length(headers)})"
        if length(headers) > local.max_forwarded_headers
      ]),
    )
  }
}
