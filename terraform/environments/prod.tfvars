region             = "eu-west-1"
bootstrap          = "hookline-bootstrap"
log_retention_days = 90

sources = {
  github = {
    sender        = "github"
    content_types = ["application/json"]
    throttle      = { rate = 300, burst = 600 }
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
    url  = "https://ci.example.com/hooks/github"
  }
  ledger = {
    kind = "http"
    url  = "https://ledger.example.com/webhooks"
  }
  # With a timeout of more than 5 s, its deliveries would wait on the retry lane behind those of a destination that
  # fails.
  audit = {
    kind = "http"
    url  = "https://audit.example.com/v1/events"
  }
}

# The audit log receives each event.
routes = {
  github  = { source = "github", destinations = ["audit", "ci"] }
  billing = { source = "billing", destinations = ["audit", "ledger"] }
  events  = { source = "events", destinations = ["audit", "ledger"] }
}

functions = {
  ingest  = { memory_mb = 512 }
  process = { memory_mb = 512 }
}

# The two lanes limit process. It has no reservation, because Lambda rejects a reservation that leaves fewer than 100 to
# the other functions, and a new account often has a quota of 10. A release that crashes uses one receive in six
# minutes, so eight leave 48 minutes for a rollback.
queue = {
  max_receive_count   = 8
  maximum_concurrency = 40
}

# While a destination is down, each of its events is checked once per cool-down: an hour at 333 events per second needs
# about 67 % of this lane.
retry_lane = {
  maximum_concurrency = 10
}

# For `billing` and POST /events. All three routes accept 500 requests per second.
throttle = {
  rate  = 100
  burst = 200
}

# A new version gets 10 % of the invocations for 5 minutes. If one fails, all traffic returns to the old version.
canary = {
  percent = 10
  minutes = 5
}
