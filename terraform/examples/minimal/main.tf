# Hookline with one GitHub source and one Slack channel. All other settings have their defaults.

provider "aws" { region = "eu-west-1" }

module "hookline" {
  source           = "../../modules/hookline"
  environment      = "minimal"
  region           = "eu-west-1"
  packages         = { version = "0.1.0" }
  identity_enabled = false # no POST /events
  sources          = { github = { sender = "github" } }
  destinations     = { team = { kind = "slack" } }
  routes           = { github = { source = "github", destinations = ["team"] } }
}

output "webhook_urls" {
  description = "URL for each sender, by source."
  value       = module.hookline.webhook_urls
}
