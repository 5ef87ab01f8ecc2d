terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }

  # `terraform init -backend-config=bucket=… -backend-config=region=…` adds the account's state bucket. The lock is an
  # object in the bucket, so no lock table is needed. The state of a workspace has the prefix env:/<workspace>/.
  backend "s3" {
    key          = "hookline.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}
