# The configuration of the functions: exact names, JSON without nulls, and default values.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  sources = {
    billing = { scheme = { signature = { in = ["header:X-Signature"], prefix = "sha256=" } } }
    github  = { sender = "github", content_types = ["application/json"] }
  }

  destinations = {
    local = { kind = "http", url = "http://10.20.4.15:8080/hooks?a=1", timeout_seconds = 2.5 }
    mail = {
      kind    = "email", from = "hooks@example.com", to = ["ops@example.com", "dev@example.com"]
      subject = "{{ event.type }}"
    }
    sink = { kind = "http", url = "https://sink.example.com/hooks", signed = true }
    team = { kind = "slack", template = "{{ event.type }} for {{ payload.account|line }}" }
  }

  routes = {
    billing = { source = "billing", destinations = ["sink", "local"] }
    events  = { source = "events", destinations = ["sink"] }
    github  = { source = "github", destinations = ["sink"] }
  }

  private_networks = ["10.20.0.0/16"]
}

run "ingest_gets_sources_without_nulls" {
  assert {
    condition = local.ingest_environment.HOOKLINE_SOURCES == join("", [
      "{\"billing\":{\"scheme\":{\"signature\":{\"in\":[\"header:X-Signature\"],\"prefix\":\"sha256=\"}}},",
      "\"github\":{\"content_types\":[\"application/json\"],\"sender\":\"github\"}}",
    ])
    error_message = "HOOKLINE_SOURCES is ${local.ingest_environment.HOOKLINE_SOURCES}"
  }

  assert {
    condition = keys(local.ingest_environment) == [
      "HOOKLINE_LOG_LEVEL", "HOOKLINE_MAX_MESSAGE_BYTES", "HOOKLINE_PAYLOAD_BUCKET", "HOOKLINE_PREFIX",
      "HOOKLINE_QUEUE_URL", "HOOKLINE_SECRET_REFRESH_SECONDS", "HOOKLINE_SECRET_TTL_SECONDS", "HOOKLINE_SOURCES",
      "RES_OPTIONS",
    ]
    error_message = "ingest gets ${jsonencode(keys(local.ingest_environment))}"
  }

  assert {
    condition = (
      local.ingest_environment.HOOKLINE_PREFIX == "hookline-test" &&
      local.ingest_environment.HOOKLINE_MAX_MESSAGE_BYTES == "262144" &&
      local.ingest_environment.HOOKLINE_PAYLOAD_BUCKET == "hookline-test-payloads-123456789012"
    )
    error_message = "ingest gets ${jsonencode(local.ingest_environment)}"
  }
}

run "process_gets_routes_and_destinations" {
  assert {
    condition = local.process_environment.HOOKLINE_ROUTES == join("", [
      "{\"billing\":[\"local\",\"sink\"],\"events\":\"sink\",\"github\":\"sink\"}",
    ])
    error_message = "HOOKLINE_ROUTES is ${local.process_environment.HOOKLINE_ROUTES}"
  }

  assert {
    condition = local.process_environment.HOOKLINE_DESTINATIONS == join("", [
      "{\"local\":{\"kind\":\"http\",\"timeout_ms\":2500,\"url\":\"http://10.20.4.15:8080/hooks?a=1\"},",
      "\"mail\":{\"from\":\"hooks@example.com\",\"kind\":\"email\",\"subject\":\"{{ event.type }}\",",
      "\"to\":[\"dev@example.com\",\"ops@example.com\"]},",
      "\"sink\":{\"kind\":\"http\",\"signed\":true,\"url\":\"https://sink.example.com/hooks\"},",
      "\"team\":{\"kind\":\"slack\",\"template\":\"{{ event.type }} for {{ payload.account|line }}\"}}",
    ])
    error_message = "HOOKLINE_DESTINATIONS is ${local.process_environment.HOOKLINE_DESTINATIONS}"
  }

  assert {
    condition     = local.process_environment.HOOKLINE_PRIVATE_NETWORKS == "[\"10.20.0.0/16\"]"
    error_message = "HOOKLINE_PRIVATE_NETWORKS is ${local.process_environment.HOOKLINE_PRIVATE_NETWORKS}"
  }

  assert {
    condition     = local.process_environment.HOOKLINE_MAX_RECEIVE_COUNT == "5"
    error_message = "process gets ${jsonencode(local.process_environment)}"
  }

  assert {
    condition = keys(local.process_environment) == [
      "HOOKLINE_BREAKER", "HOOKLINE_DESTINATIONS", "HOOKLINE_DLQ_URL", "HOOKLINE_IDEMPOTENCY_MODE",
      "HOOKLINE_IDEMPOTENCY_SECONDS", "HOOKLINE_IDEMPOTENCY_TABLE", "HOOKLINE_LOG_LEVEL", "HOOKLINE_MAX_HOPS",
      "HOOKLINE_MAX_RECEIVE_COUNT", "HOOKLINE_PAYLOAD_BUCKET", "HOOKLINE_PREFIX", "HOOKLINE_PRIVATE_NETWORKS",
      "HOOKLINE_QUEUE_URL", "HOOKLINE_RETRY", "HOOKLINE_RETRY_QUEUE_URL", "HOOKLINE_ROUTES",
      "HOOKLINE_SECRET_REFRESH_SECONDS", "HOOKLINE_SECRET_TTL_SECONDS", "RES_OPTIONS",
    ]
    error_message = "process gets ${jsonencode(keys(local.process_environment))}"
  }
}
