# The configuration of production with smaller limits.

region             = "eu-west-1"
bootstrap          = "hookline-bootstrap"
log_retention_days = 14

secret_recovery_days = 7

sources = {
  github = {
    sender        = "github"
    content_types = ["application/json"]
    throttle      = { rate = 30, burst = 60 }
  }
  billing = {
    scheme = {
      signature = { in = ["header:X-Billing-Signature"], encoding = "base64" }
    }
  }
}

destinations = {
  ci = {
    kind = "http"
    url  = "https://ci.staging.example.com/hooks/github"
  }
  ledger = {
    kind = "http"
    url  = "https://ledger.staging.example.com/webhooks"
  }
}

routes = {
  github-to-ci      = { source = "github", destinations = ["ci"] }
  billing-to-ledger = { source = "billing", destinations = ["ledger"] }
  events-to-ledger  = { source = "events", destinations = ["ledger"] }
}

queue = {
  maximum_concurrency = 5
}

retry_lane = {
  maximum_concurrency = 2
}

throttle = {
  rate  = 10
  burst = 20
}
