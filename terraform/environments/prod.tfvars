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
  # A timeout of more than 5 s: all deliveries to audit are made on the retry lane, so that they do not delay the
  # others.
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

# The two lanes together use the reservation and not more, because each throttled invocation uses receives. A release
# that crashes uses one receive in six minutes, so eight leave 48 minutes for a rollback.
queue = {
  max_receive_count   = 8
  maximum_concurrency = 40
}

# This lane delivers each event to audit: 10 invocations with 10 messages make 100 deliveries at a time.
retry_lane = {
  maximum_concurrency = 10
}

throttle = {
  rate  = 500
  burst = 1000
}
