region             = "eu-west-1"
log_retention_days = 90

sources = {
  github = {
    scheme        = "github"
    content_types = ["application/json"]
  }
  billing = {
    scheme   = "hmac"
    header   = "X-Billing-Signature"
    encoding = "base64"
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
  process = { memory_mb = 512, reserved_concurrency = 50 }
}

# The two lanes together use the reservation and not more, because each throttled invocation uses receives. A release
# that crashes uses one receive in six minutes, so eight leave 48 minutes for a rollback.
queue = {
  max_receive_count   = 8
  maximum_concurrency = 40
}

# While a destination is down, each of its events is checked once per cool-down: an hour at 333 events per second needs
# about 62 % of this lane.
retry_lane = {
  maximum_concurrency = 10
}

throttle = {
  rate  = 500
  burst = 1000
}
