# A small environment for development: debug logs for one week, and `terraform destroy` leaves nothing behind.

region             = "eu-west-1"
bootstrap          = "hookline-bootstrap"
log_level          = "debug"
log_retention_days = 7

force_destroy        = true
secret_recovery_days = 0

sources = {
  github = {
    sender        = "github"
    content_types = ["application/json"]
  }
  billing = {
    scheme = {
      signature = { in = ["header:X-Billing-Signature"], prefix = "sha256=" }
    }
  }
}

destinations = {
  ci = {
    kind = "http"
    url  = "https://ci.dev.example.com/hooks/github"
  }
  ledger = {
    kind = "http"
    url  = "https://ledger.dev.example.com/webhooks"
  }
}

routes = {
  github-to-ci      = { source = "github", destinations = ["ci"] }
  billing-to-ledger = { source = "billing", destinations = ["ledger"] }
  events-to-ledger  = { source = "events", destinations = ["ledger"] }
}

# A new account often has a quota of 10 concurrent executions. The two lanes take 4 of them.
queue = {
  maximum_concurrency = 2
}

retry_lane = {
  maximum_concurrency = 2
}

# Each of the two sources and POST /events has this limit, so ingest needs 5 concurrent executions.
throttle = {
  rate  = 5
  burst = 10
}
