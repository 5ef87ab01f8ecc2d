# Hookline with one source, one destination and one route. All other settings have their defaults.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}

variable "packages" {
  description = "Path of each function's package, as `cargo harness package` builds it."
  type = object({
    ingest  = string
    process = string
  })
  default = {
    ingest  = "../../../target/lambda/ingest/bootstrap.zip"
    process = "../../../target/lambda/process/bootstrap.zip"
  }
}

module "hookline" {
  source = "../../modules/hookline"

  environment      = "minimal"
  region           = "eu-west-1"
  packages         = var.packages
  identity_enabled = false

  sources = {
    github = { sender = "github" }
  }

  destinations = {
    ci = { kind = "http", url = "https://ci.example.com/hooks/github" }
  }

  routes = {
    github = { source = "github", destinations = ["ci"] }
  }
}

output "webhook_urls" {
  description = "URL for each sender, by source."
  value       = module.hookline.webhook_urls
}

output "retry_schedule" {
  description = "Times of the attempts of a delivery that always fails."
  value       = module.hookline.retry_schedule
}

output "source_secret_names" {
  description = "Name of the secret to store for each source, by source."
  value       = module.hookline.source_secret_names
}
