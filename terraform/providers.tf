provider "aws" {
  region = var.region

  default_tags {
    tags = {
      Project     = var.name
      Environment = terraform.workspace
      Deployment  = "${var.name}-${terraform.workspace}" # the tag of the budget
    }
  }
}
