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
    kind            = "http"
    url             = "https://ledger.example.com/webhooks"
    timeout_seconds = 5
  }
  audit = {
    kind            = "http"
    url             = "https://audit.example.com/v1/events"
    timeout_seconds = 20
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

# maximum_concurrency is below the reservation, because each throttled invocation of the mapping uses receives.
queue = {
  max_receive_count   = 8
  maximum_concurrency = 40
}

# Eight receives over several hours, so that a destination can be unavailable for some time without lost events.
retry = {
  base_seconds = 15
  max_seconds  = 3600
}

throttle = {
  rate  = 500
  burst = 1000
}
