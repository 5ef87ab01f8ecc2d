# The lock files have the provider's checksums of all platforms, so that `terraform init` works on each machine. The
# provider is published for 14 platforms, and the list of its archives has one entry more, for its manifest.

run "lock_files_have_the_checksums_of_all_platforms" {
  command = plan

  module {
    source = "../naming"
  }

  variables {
    name        = "hookline"
    environment = "dev"
  }

  # Terraform accepts only conditions about the configuration.
  assert {
    condition = output.prefix == "hookline-dev" && alltrue([
      for file in ["../../.terraform.lock.hcl", "../../bootstrap/.terraform.lock.hcl"] :
      length(regexall("\"h1:", file(file))) == 14 && length(regexall("\"zh:", file(file))) == 15
    ])
    error_message = join(" ", [
      "a lock file lacks checksums: in terraform and terraform/bootstrap, run `terraform providers lock` with",
      "-platform for linux_amd64, linux_arm64, darwin_amd64, darwin_arm64 and windows_amd64",
    ])
  }
}
