terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }

  # The state is a local file, because this module creates the state bucket. It has no secret. If the file is lost,
  # import the existing resources.
  backend "local" {}
}
