# Hookline with each kind of destination, several senders, and settings for a production environment.

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

  default_tags {
    tags = { Project = "hookline", Environment = "complete", Deployment = "hookline-complete" }
  }
}

data "aws_caller_identity" "current" {}

locals {
  account = data.aws_caller_identity.current.account_id
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

  environment = "complete"
  region      = "eu-west-1"
  packages    = var.packages
  api_type    = "http"

  # The URLs stay if the type of the API changes.
  domain = {
    name            = "hooks.example.com"
    certificate_arn = "arn:aws:acm:eu-west-1:${local.account}:certificate/7c3c1a3e-2f6b-4d77-8f5f-0b4ad9c6a111"
  }

  # The bootstrap creates the permissions boundary of the functions and the key of the topic for alarms.
  bootstrap = "hookline-bootstrap"

  sources = {
    github = {
      sender        = "github"
      content_types = ["application/json"]
      throttle      = { rate = 500, burst = 1000 }
    }
    stripe = {
      sender            = "stripe"
      tolerance_seconds = 120
    }
    gitlab = {
      sender = "gitlab-signed"
    }
    twilio = {
      sender = "twilio"
      url    = "https://hooks.example.com/webhooks/twilio"
    }
    billing = {
      scheme = {
        algorithm = "hmac-sha512"
        signature = { in = ["header:X-Billing-Signature"], prefix = "v1=" }
        message   = "{timestamp}.{body}"
        timestamp = { in = "header:X-Billing-Timestamp" }
        type      = ["{header:X-Billing-Event}"]
      }
    }
  }

  destinations = {
    ci = {
      kind            = "http"
      url             = "https://ci.example.com/hooks"
      signed          = true
      headers         = { X-Tenant = "blue" }
      timeout_seconds = 3
    }
    # Plain HTTP is only possible for an IP address in private_networks. With a timeout of more than 5 s, all deliveries
    # are made on the retry lane.
    ledger = {
      kind            = "http"
      url             = "http://10.20.4.15:8080/webhooks"
      timeout_seconds = 20
    }
    team = {
      kind     = "slack"
      template = "{{ event.type }}: {{ link(payload.html_url, payload.title) }}"
    }
    guild = {
      kind = "discord"
    }
    oncall = {
      kind    = "email"
      from    = "hooks@alerts.example.com"
      to      = ["oncall@example.com"]
      subject = "{{ event.type }}"

      # SES has verified the domain, and the domain has a default configuration set.
      identity          = "example.com"
      configuration_set = "alerts"
    }
    orders = {
      kind = "eventbridge"
      bus  = "orders"
    }
    # The secret is the client id and the client secret.
    crm = {
      kind            = "http"
      url             = "https://crm.example.com/api/events"
      method          = "PUT"
      auth            = "oauth2_client_credentials"
      token_url       = "https://login.example.com/oauth2/token"
      scope           = "events.write"
      forward_headers = ["X-GitHub-Event"]
      body            = "{ \"kind\": {{ event.type }}, \"title\": {{ payload.pull_request.title }} }"
      success         = ["409"]
    }
    # The function calls the API with its own role.
    stock = {
      kind = "http"
      url  = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod/hooks"
      auth = "sigv4"
      api  = "arn:aws:execute-api:eu-west-1:${local.account}:a1b2c3d4e5/prod/POST/hooks"
    }
    invoices = {
      kind    = "sqs"
      queue   = "arn:aws:sqs:eu-west-1:${local.account}:invoices.fifo"
      group   = "{{ payload.customer }}"
      kms_key = "arn:aws:kms:eu-west-1:${local.account}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    }
    archive = {
      kind   = "s3"
      bucket = "arn:aws:s3:::example-archive"
      prefix = "webhooks/"
    }
    refunds = {
      kind          = "stepfunctions"
      state_machine = "arn:aws:states:eu-west-1:${local.account}:stateMachine:refunds"
    }
    releases = {
      kind = "telegram"
      chat = "@example_releases"
    }
  }

  routes = {
    pull-requests = {
      source       = "github"
      types        = ["github.pull_request*"]
      destinations = ["ci", "crm", "guild", "team"]
    }
    main-branch = {
      source       = "github"
      types        = ["github.push"]
      filter       = [{ pointer = "/ref", equals = "refs/heads/main" }]
      destinations = ["ci"]
    }
    releases = { source = "github", types = ["github.release*"], destinations = ["releases"] }
    refunds  = { source = "stripe", types = ["stripe.charge.refunded"], destinations = ["refunds"] }
    billing  = { source = "billing", destinations = ["invoices", "ledger", "oncall"] }
    events   = { source = "events", destinations = ["archive", "orders"] }
    gitlab   = { source = "gitlab", destinations = ["ci"] }
    stripe   = { source = "stripe", destinations = ["archive", "ledger", "stock"] }
    twilio   = { source = "twilio", destinations = ["orders"] }
  }

  private_networks = ["10.20.0.0/16"]

  functions = {
    ingest  = { memory_mb = 512 }
    process = { memory_mb = 512, reserved_concurrency = 50 }
  }

  # The two lanes together use at most the reservation.
  queue      = { maximum_concurrency = 40 }
  retry_lane = { maximum_concurrency = 10 }

  # For outages of a weekend. The window of the idempotency table must be as long as the retries and the 14 days of the
  # DLQ, and payloads must exist for two passes through the queues.
  retry = {
    base_seconds        = 30
    max_seconds         = 14400
    give_up_after_hours = 72
  }

  idempotency = {
    window_days = 17
    mode        = "two_writes"
  }

  payload_retention_days = 35

  # Transitions of the circuit breakers are events on the bus of the orders.
  breaker = {
    failures  = 10
    event_bus = "orders"
  }

  account_concurrency = 3000

  # Each source and POST /events; a source can have its own.
  throttle = {
    rate  = 100
    burst = 200
  }

  alarms = {
    emails                 = ["oncall@example.com"]
    oldest_message_seconds = 7200
    silent_sources         = { github = 720 }
  }

  runbook_url        = "https://github.com/octo-org/hookline/blob/main/docs/runbook.md"
  log_retention_days = 90
}

output "webhook_urls" {
  description = "URL for each sender, by source."
  value       = module.hookline.webhook_urls
}

output "domain_target" {
  description = "Values for the DNS record of the domain."
  value       = module.hookline.domain_target
}

output "events_url" {
  description = "URL of POST /events."
  value       = module.hookline.events_url
}

output "retry_schedule" {
  description = "Times of the attempts of a delivery that always fails."
  value       = module.hookline.retry_schedule
}

output "paused_destinations" {
  description = "Destinations that an operator has paused."
  value       = module.hookline.paused_destinations
}

output "secret_names" {
  description = "Names of the secrets to store after the apply."
  value       = concat(values(module.hookline.source_secret_names), values(module.hookline.destination_secret_names))
}
