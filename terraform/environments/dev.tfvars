# Small and short-lived: debug logs for a week, nothing that outlives `terraform destroy`.

region             = "eu-west-1"
log_level          = "debug"
log_retention_days = 7

force_destroy        = true
secret_recovery_days = 0

sources = {
  github = {
    scheme        = "github"
    content_types = ["application/json"]
  }
  billing = {
    scheme = "hmac"
    header = "X-Billing-Signature"
    prefix = "sha256="
  }
}

destinations = {
  ci = {
    kind = "http"
    url  = "https://ci.dev.example.com/hooks/github"
  }
  # A service without a public name, reached by its address in the development network.
  ledger = {
    kind            = "http"
    url             = "http://10.20.4.15:8080/webhooks"
    timeout_seconds = 5
  }
}

private_networks = ["10.20.0.0/16"]

routes = {
  github-to-ci      = { source = "github", destinations = ["ci"] }
  billing-to-ledger = { source = "billing", destinations = ["ledger"] }
  events-to-ledger  = { source = "events", destinations = ["ledger"] }
}

throttle = {
  rate  = 10
  burst = 20
}
