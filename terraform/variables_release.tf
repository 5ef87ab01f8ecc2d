# Generated from terraform/modules/hookline/variables_release.tf:
# edit that file, then run `.ci/terraform-interface --write`.

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
}
