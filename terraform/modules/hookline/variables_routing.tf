# Which event goes where. A mistake here is a webhook that is lost or that lands in the DLQ, so routes are checked against
# the destinations (variables_destinations.tf) and the sources (variables_sources.tf) before anything is made.

variable "routes" {
  description = <<-EOT
    Routes by name: the `source`, or 'events' for POST /events, and the `destinations` that its events go to. `types` takes
    only events whose type matches one of the globs ("github.pull_request*"); `filter` only those whose JSON payload meets
    every condition: a JSON Pointer and exactly one of `equals`, `in`, `prefix` and `exists`. All routes that match count.
    An event that no route of its source takes is done with; one whose source has no route at all goes to the DLQ.
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
    destinations = set(string)
  }))
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.routes) : can(regex("^[a-z][a-z0-9-]{0,62}$", name))])
    error_message = "A route's name must be 1 to 63 lower-case letters, digits or hyphens, a letter first; rename ${join(", ", [for name in keys(var.routes) : name if !can(regex("^[a-z][a-z0-9-]{0,62}$", name))])}."
  }

  validation {
    condition     = length(setsubtract([for route in var.routes : try(coalesce(route.source), "none")], concat(keys(var.sources), ["events"]))) == 0
    error_message = "A route names a source that does not exist (${join(", ", setsubtract([for route in var.routes : try(coalesce(route.source), "none")], concat(keys(var.sources), ["events"])))}); known are ${join(", ", concat(keys(var.sources), ["events"]))}."
  }

  validation {
    condition     = length(setsubtract(flatten([for route in var.routes : [for name in coalesce(route.destinations, []) : try(coalesce(name), "none")]]), keys(var.destinations))) == 0
    error_message = "A route names a destination that does not exist (${join(", ", setsubtract(flatten([for route in var.routes : [for name in coalesce(route.destinations, []) : try(coalesce(name), "none")]]), keys(var.destinations)))}); known are ${join(", ", keys(var.destinations))}."
  }

  validation {
    condition     = alltrue(flatten([for route in var.routes : [for type in coalesce(route.types, ["*"]) : can(regex("^[A-Za-z0-9._:*?-]{1,160}$", type))]])) && alltrue([for route in var.routes : length(route.types) > 0 if route.types != null])
    error_message = "types takes globs of an event's type, such as \"github.push\" or \"stripe.invoice.*\": letters, digits, dots, colons, hyphens, underscores, * and ?; leave it out for all."
  }

  validation {
    condition     = alltrue(flatten([for route in var.routes : [for condition in coalesce(route.filter, []) : length([for key, value in condition : key if key != "pointer" && value != null]) == 1]]))
    error_message = "Each condition of a filter asks exactly one of equals, in, prefix and exists; correct ${join(", ", [for name, route in var.routes : name if anytrue([for condition in coalesce(route.filter, []) : length([for key, value in condition : key if key != "pointer" && value != null]) != 1])])}."
  }

  validation {
    condition     = alltrue(flatten([for route in var.routes : [for condition in coalesce(route.filter, []) : can(regex("^(/([^~]|~[01])*)?$", condition.pointer))]]))
    error_message = "The pointer of a condition must be a JSON Pointer, such as \"/repository/full_name\", or empty for the whole payload."
  }

  validation {
    condition     = alltrue([for route in var.routes : try(length(route.destinations) > 0, false)])
    error_message = "A route needs at least one destination; correct ${join(", ", [for name, route in var.routes : name if !try(length(route.destinations) > 0, false)])}."
  }

  validation {
    condition     = length(setsubtract(keys(var.sources), [for route in var.routes : route.source])) == 0
    error_message = "Every source needs a route, else its events would end in the DLQ; add routes for ${join(", ", setsubtract(keys(var.sources), [for route in var.routes : route.source]))}."
  }
}

variable "private_networks" {
  description = "Networks with private addresses that destinations may use, as CIDR blocks. The functions themselves join no network: they have to be routable from Lambda"
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for network in var.private_networks : try(cidrhost(network, 0) == split("/", network)[0], false)])
    error_message = "private_networks takes CIDR blocks that begin at their first address, such as 10.20.0.0/16."
  }

  # Anything wider would lift the guard off the internet, or off the addresses of the platform's own services.
  validation {
    condition = alltrue([for network in var.private_networks : anytrue([
      for range in ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.1/32", "fc00::/7"] : try(
        tonumber(split("/", network)[1]) >= tonumber(split("/", range)[1]) &&
        cidrhost("${split("/", network)[0]}/${split("/", range)[1]}", 0) == cidrhost(range, 0), false
      )
    ])])
    error_message = "private_networks takes parts of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10 and fc00::/7, or 127.0.0.1/32: nothing else is a private network of yours."
  }
}
