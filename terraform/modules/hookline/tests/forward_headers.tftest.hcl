# Headers of the sender's request: ingest gets the names that destinations of a source need, and no credential.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  sources = {
    github = { sender = "github" }
    gitlab = { sender = "gitlab" }
    stripe = { sender = "stripe" }
  }
  destinations = {
    audit = { kind = "http", url = "https://a.example.com/", forward_headers = ["User-Agent", "X-Hub-Signature-256"] }
    ci    = { kind = "http", url = "https://a.example.com/", forward_headers = ["X-GitHub-Event", "user-agent"] }
    other = { kind = "http", url = "https://a.example.com/", forward_headers = [] }
    team  = { kind = "slack" }
  }
  routes = {
    github = { source = "github", destinations = ["ci", "team"] }
    pushes = { source = "github", types = ["github.push"], destinations = ["audit"] }
    gitlab = { source = "gitlab", destinations = ["ci"] }
    stripe = { source = "stripe", destinations = ["other", "team"] }
    events = { source = "events", destinations = ["ci"] }
  }
}

run "ingest_gets_the_headers_of_all_destinations_of_a_source" {
  command = plan

  assert {
    condition = jsonencode(output.forwarded_headers) == jsonencode({
      github = ["user-agent", "x-github-event", "x-hub-signature-256"]
      gitlab = ["user-agent", "x-github-event"]
      stripe = []
    })
    error_message = jsonencode(output.forwarded_headers)
  }

  assert {
    condition = jsonencode(jsondecode(local.ingest_environment.HOOKLINE_SOURCES)) == jsonencode({
      github = { forward_headers = ["user-agent", "x-github-event", "x-hub-signature-256"], sender = "github" }
      gitlab = { forward_headers = ["user-agent", "x-github-event"], sender = "gitlab" }
      stripe = { sender = "stripe" }
    })
    error_message = local.ingest_environment.HOOKLINE_SOURCES
  }

  assert {
    condition = jsondecode(local.process_environment.HOOKLINE_DESTINATIONS).ci.forward_headers == [
      "X-GitHub-Event", "user-agent",
    ]
    error_message = local.process_environment.HOOKLINE_DESTINATIONS
  }

  expect_failures = [check.sources_sign_the_body]
}

run "rejects_credentials_of_senders" {
  command = plan

  variables {
    destinations = {
      audit = { kind = "http", url = "https://a.example.com/", forward_headers = ["X-GitLab-Token"] }
      ci    = { kind = "http", url = "https://a.example.com/", forward_headers = ["Authorization", "X-Gitlab-Token"] }
      other = { kind = "http", url = "https://a.example.com/", forward_headers = ["Proxy-Anything", "cookie"] }
      team  = { kind = "http", url = "https://a.example.com/", forward_headers = ["X-API-Key", "Set-Cookie"] }
    }
  }

  assert {
    condition = local.credential_headers == [
      "ci has authorization", "other has proxy-anything", "other has cookie", "team has x-api-key",
      "team has set-cookie", "x-gitlab-token is the credential of the source gitlab",
    ]
    error_message = jsonencode(local.credential_headers)
  }

  expect_failures = [output.forwarded_headers, check.sources_sign_the_body]
}

# A source of its own scheme can have a token in any header.
run "rejects_token_of_a_spelled_out_scheme" {
  command = plan

  variables {
    sources = {
      own = { scheme = { algorithm = "token", signature = { in = ["header:X-Own-Token"] } } }
    }
    destinations = {
      ci = { kind = "http", url = "https://a.example.com/", forward_headers = ["x-own-token"] }
    }
    routes = {
      own    = { source = "own", destinations = ["ci"] }
      events = { source = "events", destinations = ["ci"] }
    }
  }

  assert {
    condition     = local.credential_headers == ["x-own-token is the credential of the source own"]
    error_message = jsonencode(local.credential_headers)
  }

  expect_failures = [output.forwarded_headers, check.sources_sign_the_body]
}

# A JWT proves the request to each receiver that knows the sender's key.
run "rejects_jwt_of_a_sender" {
  command = plan

  variables {
    sources = {
      own = {
        scheme = {
          algorithm = "jwt", signature = { in = ["header:X-Jwt"] }, bind = { "claim:hash" = "{sha256(body)}" }
          jwt       = { algorithms = ["RS256"] }
        }
      }
    }
    destinations = {
      ci = { kind = "http", url = "https://a.example.com/", forward_headers = ["X-JWT"] }
    }
    routes = {
      own    = { source = "own", destinations = ["ci"] }
      events = { source = "events", destinations = ["ci"] }
    }
  }

  assert {
    condition     = local.credential_headers == ["x-jwt is the credential of the source own"]
    error_message = jsonencode(local.credential_headers)
  }

  expect_failures = [output.forwarded_headers]
}

run "rejects_headers_that_no_event_carries" {
  command = plan

  variables {
    destinations = {
      audit = { kind = "http", url = "https://a.example.com/", forward_headers = ["Ce-Id"] }
      ci    = { kind = "http", url = "https://a.example.com/", forward_headers = ["Content-Type"] }
      other = { kind = "http", url = "https://a.example.com/", forward_headers = ["Webhook-Id"] }
      none  = { kind = "http", url = "https://a.example.com/", forward_headers = [null] }
      team  = { kind = "http", url = "https://a.example.com/", forward_headers = ["X Y"] }
      twice = {
        kind    = "http", url = "https://a.example.com/", forward_headers = ["X-A"]
        headers = { x-a = "b" }
      }
      upper = { kind = "http", url = "https://a.example.com/", forward_headers = ["X-A", "x-a"] }
    }
  }

  assert {
    condition = jsonencode(local.destination_problems) == jsonencode(concat(
      [
        for name in ["audit", "ci", "none", "other", "team"] :
        "${name}: forward_headers must have names of headers that Hookline does not set itself"
      ],
      [
        "twice: a header is in headers and in forward_headers",
        "upper: a header is twice in headers or forward_headers",
      ],
    ))
    error_message = jsonencode(local.destination_problems)
  }

  expect_failures = [output.forwarded_headers, check.sources_sign_the_body]
}

run "rejects_more_headers_than_an_event_carries" {
  command = plan

  variables {
    destinations = {
      audit = { kind = "http", url = "https://a.example.com/", forward_headers = [for n in range(11) : "x-a-${n}"] }
      ci    = { kind = "http", url = "https://a.example.com/", forward_headers = [for n in range(10) : "x-b-${n}"] }
      other = { kind = "http", url = "https://a.example.com/", forward_headers = [for n in range(20) : "x-c-${n}"] }
      team  = { kind = "slack" }
    }
  }

  assert {
    condition     = { for name, headers in local.forwarded_headers : name => length(headers) }.github == 21
    error_message = jsonencode(local.forwarded_headers)
  }

  expect_failures = [output.forwarded_headers, check.sources_sign_the_body]
}

run "rejects_headers_of_another_kind" {
  command = plan

  variables {
    destinations = {
      audit = { kind = "http", url = "https://a.example.com/" }
      ci    = { kind = "http", url = "https://a.example.com/" }
      other = { kind = "http", url = "https://a.example.com/" }
      team  = { kind = "slack", forward_headers = ["X-A"] }
    }
  }

  expect_failures = [var.destinations, check.sources_sign_the_body]
}
