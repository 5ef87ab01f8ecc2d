# 500 sources, 500 routes and 200 destinations. The harness replaces SINK by the URL of its sink, and REGION
# by the region of the emulator.

provider "aws" {
  region = "REGION"
}

module "hookline" {
  source           = "../../modules/hookline"
  environment      = "large"
  region           = "REGION"
  packages         = { version = "0.1.0" }
  identity_enabled = false
  sources          = { for number in range(500) : format("source-%03d", number) => { sender = "github" } }
  destinations = {
    for number in range(200) : format("destination-%03d", number) => {
      kind = "http"
      url  = format("SINK/destination-%03d", number)
    }
  }
  routes = {
    for number in range(500) : format("route-%03d", number) => {
      source       = format("source-%03d", number)
      destinations = [format("destination-%03d", number % 200)]
    }
  }
}

output "webhook_urls" {
  description = "URL for each sender, by source."
  value       = module.hookline.webhook_urls
}
