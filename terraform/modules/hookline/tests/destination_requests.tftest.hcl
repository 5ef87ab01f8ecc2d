# The requests of `http` destinations: methods, templates, statuses and headers.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  sources = {}
  routes  = { events = { source = "events", destinations = ["sink"] } }
}

run "accepts_options_of_requests" {
  command = plan

  variables {
    destinations = {
      sink = {
        kind        = "http", url = "https://a.example.com/", method = "PATCH", compression = "gzip"
        headers     = { X-Event = "{{ event.type }}", X-Tenant = "blue" }
        body        = "{\"a\": {\"b\": {{ payload.safe }}}{# a comment #}}"
        success     = ["409", "300-399", "400-499"]
        signed      = false
        auth_header = null
      }
      plain = { kind = "http", url = "https://a.example.com/", method = "POST" }
    }
  }

  assert {
    condition     = local.destination_problems == []
    error_message = jsonencode(local.destination_problems)
  }

  assert {
    condition = jsonencode(jsondecode(local.process_environment.HOOKLINE_DESTINATIONS)) == jsonencode({
      plain = { kind = "http", url = "https://a.example.com/" }
      sink = {
        body        = "{\"a\": {\"b\": {{ payload.safe }}}{# a comment #}}"
        compression = "gzip"
        headers     = { X-Event = "{{ event.type }}", X-Tenant = "blue" }
        kind        = "http"
        method      = "PATCH"
        success     = ["409", "300-399", "400-499"]
        url         = "https://a.example.com/"
      }
    })
    error_message = local.process_environment.HOOKLINE_DESTINATIONS
  }
}

run "rejects_invalid_options_of_requests" {
  command = plan

  variables {
    destinations = {
      a    = { kind = "http", url = "https://a.example.com/", method = "GET" }
      b    = { kind = "http", url = "https://a.example.com/", method = "post" }
      c    = { kind = "http", url = "https://a.example.com/", compression = "br" }
      d    = { kind = "http", url = "https://a.example.com/", success = ["404 "] }
      e    = { kind = "http", url = "https://a.example.com/", success = ["399-300"] }
      f    = { kind = "http", url = "https://a.example.com/", success = ["100-199"] }
      g    = { kind = "http", url = "https://a.example.com/", success = ["500"] }
      h    = { kind = "http", url = "https://a.example.com/", body = "{\"a\": {{ payload.n }" }
      i    = { kind = "http", url = "https://a.example.com/", body = "{% if payload.n %}{} {% endif" }
      j    = { kind = "http", url = "https://a.example.com/", body = " " }
      k    = { kind = "http", url = "https://a.example.com/", headers = { X-Event = "{{ event.type }" } }
      l    = { kind = "http", url = "https://a.example.com/", headers = { X-Event = "1", x-event = "2" } }
      m    = { kind = "slack", template = "{{ event.type }} {{" }
      n    = { kind = "http", url = "https://a.example.com/", success = ["409", "429"] }
      o    = { kind = "http", url = "https://a.example.com/", headers = { X-Event = "a {{ payload.id }}" } }
      p    = { kind = "http", url = "https://a.example.com/", body = "[{{ payload.id | tojson }}]" }
      sink = { kind = "http", url = "https://a.example.com/" }
    }
  }

  assert {
    condition = jsonencode(local.destination_problems) == jsonencode(concat(
      [
        "a: method must be POST or PUT or PATCH, and is GET",
        "b: method must be POST or PUT or PATCH, and is post",
        "c: compression must be gzip, and is br",
      ],
      [
        for name in ["d", "e", "f", "g"] :
        "${name}: success must have statuses from 300 to 499, such as \"409\", or ranges such as \"300-399\""
      ],
      [
        "l: a header is twice in headers or forward_headers",
        "n: success must not have 401, 407, 408, 425, 429, after which a later attempt can succeed",
      ],
      [
        for text in ["h: body", "i: body", "k: headers.X-Event", "m: template"] :
        "${text} begins an expression, a statement or a comment that does not end"
      ],
      [
        "j: body must not be empty",
        "o: headers.X-Event can only have the attributes of event",
        join(" ", [
          "p: body must not have autoescape and the filters e, escape, safe and tojson, because its values are",
          "JSON",
        ]),
      ],
    ))
    error_message = jsonencode(local.destination_problems)
  }

  expect_failures = [output.forwarded_headers]
}

run "rejects_header_with_a_line_break" {
  command = plan

  variables {
    destinations = {
      sink = { kind = "http", url = "https://a.example.com/", headers = { X-Event = "{{ event.type }}\r\nX-A: b" } }
    }
  }

  expect_failures = [var.destinations]
}
