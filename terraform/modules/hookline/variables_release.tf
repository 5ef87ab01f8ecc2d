# How new versions receive traffic.

variable "canary" {
  description = <<-EOT
    How `scripts/release.sh` moves traffic to a new version of a function: `percent` of its invocations for `minutes`,
    then all of them. If an invocation of the new version fails, or an alarm goes off, all traffic returns to the old
    version. null moves all traffic at once, after a test of the new version.
  EOT
  type = object({
    percent = optional(number, 10)
    minutes = optional(number, 5)
  })
  default = null

  validation {
    condition     = try(var.canary.percent >= 1 && var.canary.percent <= 50, var.canary == null)
    error_message = "canary.percent must be 1 to 50; it is ${try(var.canary.percent, "null")}."
  }

  # Metrics of an invocation arrive after about a minute. A release has the canaries of both functions one after the
  # other, and the pipeline's credentials are valid for an hour.
  validation {
    condition     = try(var.canary.minutes >= 2 && var.canary.minutes <= 15, var.canary == null)
    error_message = <<-EOT
      canary.minutes must be 2 to 15; it is ${try(var.canary.minutes, "null")}. With less, the release would end before
      CloudWatch has the new version's errors. With more, the pipeline's credentials could expire.
    EOT
  }

  validation {
    condition     = try(alltrue([for number in values(var.canary) : floor(number) == number]), var.canary == null)
    error_message = "The numbers in canary must be whole numbers."
  }
}
