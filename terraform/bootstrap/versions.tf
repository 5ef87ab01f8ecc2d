terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }

  # Local, because what would hold the state is made here. It holds no secret; who loses it imports what there is.
  backend "local" {}
}
