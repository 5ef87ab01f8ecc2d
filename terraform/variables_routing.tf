# Generated from terraform/modules/hookline/variables_routing.tf by `.ci/terraform-interface --write`: edit that file instead.

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
}

variable "private_networks" {
  description = "Networks with private addresses that destinations may use, as CIDR blocks. The functions themselves join no network: they have to be routable from Lambda"
  type        = list(string)
  default     = []
  nullable    = false
}
