terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }

  # Partial: `terraform init -backend-config=bucket=... -backend-config=region=...` names the account's state bucket.
  # The lock is an object beside the state, so no lock table is needed; a workspace's state lies under env:/<workspace>/.
  backend "s3" {
    key          = "hookline.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}
