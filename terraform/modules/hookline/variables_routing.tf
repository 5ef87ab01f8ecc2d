# Routes: which events reach which destinations. A wrong route loses events or sends them to the DLQ, so the plan checks
# routes against the sources (variables_sources.tf) and the destinations (variables_destinations.tf).

locals {
  # The sources that a route can have.
  route_sources = concat(keys(var.sources), ["events"])

  # Networks that can contain private_networks. 127.0.0.1 is for a receiver on the same machine.
  private_ranges = [
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.1/32", "fc00::/7",
  ]
}

variable "routes" {
  description = <<-EOT
    Routes by name. A route sends events of its `source` (`events` for POST /events) to its `destinations`. With
    `types`, it matches only events whose type matches one of the globs (such as "github.pull_request*"). With `filter`,
    it matches only events whose payload meets all conditions; a condition has a JSON Pointer and exactly one of
    `equals`, `in`, `prefix` and `exists`. If a filter cannot read a payload, `on_unreadable` decides: `deliver` (the
    default) or `dead_letter`. All matching routes apply. If routes exist for a source but none matches, the
    event is acknowledged and not delivered. If no route exists for the source, the event goes to the DLQ.
  EOT
  type = map(object({
    source = string
    types  = optional(list(string))
    filter = optional(list(object({
      pointer = string
      equals  = optional(string)
      in      = optional(list(string))
      prefix  = optional(string)
      exists  = optional(bool)
    })))
    on_unreadable = optional(string)
    destinations  = set(string)
  }))
  nullable = false

  validation {
    condition = alltrue([for name in keys(var.routes) : can(regex(local.name_pattern, name))])
    error_message = format(
      "A route's name must be 1 to 63 lower-case letters, digits or hyphens, with a letter first. Rename %s.",
      join(", ", [for name in keys(var.routes) : name if !can(regex(local.name_pattern, name))]),
    )
  }

  validation {
    condition = alltrue([
      for route in var.routes : contains(local.route_sources, try(coalesce(route.source), "none"))
    ])
    error_message = format(
      "Routes have sources that do not exist: %s. The sources are %s. Correct the routes, or add the sources.",
      join(", ", [
        for name, route in var.routes : "${name} (${try(coalesce(route.source), "none")})"
        if !contains(local.route_sources, try(coalesce(route.source), "none"))
      ]),
      join(", ", local.route_sources),
    )
  }

  validation {
    condition = alltrue(flatten([for route in var.routes : [
      for destination in coalesce(route.destinations, []) :
      contains(keys(var.destinations), try(coalesce(destination), "none"))
    ]]))
    error_message = format(
      "Routes have destinations that do not exist: %s. The destinations are %s. Correct the routes, or add them.",
      join(", ", flatten([for name, route in var.routes : [
        for destination in coalesce(route.destinations, []) : "${name} (${try(coalesce(destination), "none")})"
        if !contains(keys(var.destinations), try(coalesce(destination), "none"))
      ]])),
      join(", ", keys(var.destinations)),
    )
  }

  validation {
    condition = alltrue(flatten([for route in var.routes : [
      for type in coalesce(route.types, ["*"]) : can(regex("^[!-~]{1,384}$", type))
    ]])) && alltrue([for route in var.routes : length(route.types) > 0 if route.types != null])
    error_message = <<-EOT
      types must be globs of event types, such as "github.push" or "stripe.v2.core.account[*": 1 to 384 printable ASCII
      characters without spaces. A type has other characters as %XX: "Order Created" is "Order%20Created". Correct the
      routes, or remove types to match all events.
    EOT
  }

  validation {
    condition = alltrue(flatten([for route in var.routes : [
      for condition in coalesce(route.filter, []) :
      length([for key, value in condition : key if key != "pointer" && value != null]) == 1
    ]]))
    error_message = format(
      "Each condition of a filter must have exactly one of equals, in, prefix and exists. Correct %s.",
      join(", ", [
        for name, route in var.routes : name if anytrue([
          for condition in coalesce(route.filter, []) :
          length([for key, value in condition : key if key != "pointer" && value != null]) != 1
        ])
      ]),
    )
  }

  validation {
    condition = alltrue(flatten([for route in var.routes : [
      for condition in coalesce(route.filter, []) : [for value in coalesce(condition.in, []) : value != null]
    ]]))
    error_message = format(
      "`in` of a condition must not have null; \"null\" matches a null in the payload. Correct %s.",
      join(", ", [
        for name, route in var.routes : name if anytrue(flatten([
          for condition in coalesce(route.filter, []) : [for value in coalesce(condition.in, []) : value == null]
        ]))
      ]),
    )
  }

  validation {
    condition = alltrue(flatten([for route in var.routes : [
      for condition in coalesce(route.filter, []) : can(regex("^(/([^~]|~[01])*)?$", condition.pointer))
    ]]))
    error_message = <<-EOT
      The pointer of a condition must be a JSON Pointer, such as "/repository/full_name", or empty for the complete
      payload.
    EOT
  }

  validation {
    condition = alltrue([
      for route in var.routes : contains(["deliver", "dead_letter"], coalesce(route.on_unreadable, "deliver"))
    ])
    error_message = format(
      "on_unreadable must be \"deliver\" or \"dead_letter\". Correct %s.",
      join(", ", [
        for name, route in var.routes : name
        if !contains(["deliver", "dead_letter"], coalesce(route.on_unreadable, "deliver"))
      ]),
    )
  }

  validation {
    condition = alltrue([for route in var.routes : try(length(route.destinations) > 0, false)])
    error_message = format(
      "A route needs at least one destination. Correct %s.",
      join(", ", [for name, route in var.routes : name if !try(length(route.destinations) > 0, false)]),
    )
  }

  validation {
    condition = length(setsubtract(keys(var.sources), [for route in var.routes : route.source])) == 0
    error_message = format(
      "Sources have no route, so their events would go to the DLQ: %s. Add routes for them.",
      join(", ", setsubtract(keys(var.sources), [for route in var.routes : route.source])),
    )
  }
}

variable "max_hops" {
  description = <<-EOT
    How many deliveries by Hookline can lead to an event, if receivers pass on the header `hookline-hops`. An event with
    more goes to the DLQ, so that a destination that posts back to its source cannot cause an endless loop.
  EOT
  type        = number
  default     = 8
  nullable    = false

  validation {
    condition     = var.max_hops >= 1 && var.max_hops <= 100 && floor(var.max_hops) == var.max_hops
    error_message = "max_hops must be a whole number from 1 to 100; it is ${var.max_hops}."
  }
}

variable "private_networks" {
  description = <<-EOT
    CIDR blocks of networks with private addresses that destinations can use. The functions are in no VPC, so these
    networks must be reachable from Lambda.
  EOT
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition = alltrue([
      for network in var.private_networks :
      try(cidrhost(network, 0) == split("/", network)[0], false) && can(regex("/[1-9][0-9]*$", network))
    ])
    error_message = format(
      "private_networks must be CIDR blocks that begin at their first address, such as 10.20.0.0/16. Correct %s.",
      join(", ", [
        for network in var.private_networks : coalesce(network, "null") if !(
          try(cidrhost(network, 0) == split("/", network)[0], false) && can(regex("/[1-9][0-9]*$", network))
        )
      ]),
    )
  }

  # A wider network would disable the network guard for the internet or for the addresses of AWS services.
  validation {
    condition = alltrue([for network in var.private_networks : anytrue([
      for range in local.private_ranges : try(
        tonumber(split("/", network)[1]) >= tonumber(split("/", range)[1]) &&
        cidrhost("${split("/", network)[0]}/${split("/", range)[1]}", 0) == cidrhost(range, 0), false
      )
    ])])
    error_message = format(
      "private_networks must be parts of private address ranges: %s. Correct the other networks.",
      join(", ", local.private_ranges),
    )
  }
}
