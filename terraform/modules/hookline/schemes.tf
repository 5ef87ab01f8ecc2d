# The schemes of sources with their options and values.

locals {
  # All schemes with their options. crates/signature has the same table, and a test compares both.
  scheme_options = {
    bitbucket = []
    github    = []
    gitlab    = ["mode", "tolerance_seconds"]
    hmac = [
      "header", "prefix", "encoding", "algorithm", "template", "timestamp_header", "id_header", "event_header",
      "separator", "tolerance_seconds",
    ]
    linear    = ["tolerance_seconds"]
    pagerduty = []
    shopify   = []
    slack     = ["tolerance_seconds"]
    standard  = ["tolerance_seconds"]
    stripe    = ["tolerance_seconds"]
    twilio    = ["url"]
  }

  # Options of API Gateway, which ingest does not know.
  gateway_options = ["throttle", "allowed_ips"]

  # Options of each source, independent of its scheme.
  source_options = concat(["scheme", "content_types", "validate_json", "deduplicate"], local.gateway_options)

  # Values of the options that have few, the default first.
  option_values = {
    encoding    = ["hex", "base64"]
    algorithm   = ["sha256", "sha512"]
    mode        = ["token", "signature"]
    deduplicate = ["auto", "body", "id", "off"]
  }

  # Default of tolerance_seconds by scheme, and its maximum, as in crates/signature: a test compares both.
  tolerance_seconds     = { gitlab = 300, hmac = 300, linear = 28800, slack = 600, standard = 300, stripe = 300 }
  max_tolerance_seconds = 1296000
}
