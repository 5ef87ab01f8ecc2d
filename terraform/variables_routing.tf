# Generated from terraform/modules/hookline/variables_routing.tf:
# edit that file, then run `.ci/terraform-interface --write`.

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
}

variable "max_hops" {
  description = <<-EOT
    How many deliveries by Hookline can lead to an event, if receivers pass on the header `hookline-hops`. An event with
    more goes to the DLQ, so that a destination that posts back to its source cannot cause an endless loop.
  EOT
  type        = number
  default     = 8
  nullable    = false
}

variable "private_networks" {
  description = <<-EOT
    CIDR blocks of networks with private addresses that destinations can use. The functions are in no VPC, so these
    networks must be reachable from Lambda.
  EOT
  type        = list(string)
  default     = []
  nullable    = false
}
