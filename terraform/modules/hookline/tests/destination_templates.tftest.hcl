# Templates of destinations with which process would not start. Only process checks the complete syntax.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  sources = {}
  routes  = { events = { source = "events", destinations = ["sink"] } }
}

run "accepts_texts_that_only_look_like_filters" {
  command = plan

  variables {
    destinations = {
      mail  = { kind = "email", from = "a@example.com", to = ["b@example.com"], subject = "{{ event.type }} | safe" }
      sink  = { kind = "slack", template = "{{ payload.safe }} | escape {{ payload.e|line }}{# x | safe #}" }
      queue = { kind = "sqs", queue = "arn:aws:sqs:eu-west-1:123456789012:o.fifo", group = "{{ payload.id|escaped }}" }
      http = {
        kind    = "http", url = "https://a.example.com/"
        headers = { X-Event = "{{ event.source }}/{{ event.type|upper }}: event.name of {{ event.dedup_key }}" }
        body    = "{\"filter\": \"tojson\"}"
      }
    }
  }

  assert {
    condition     = local.destination_problems == []
    error_message = jsonencode(local.destination_problems)
  }
}

run "rejects_unknown_names_and_filters" {
  command = plan

  variables {
    destinations = {
      a    = { kind = "slack", template = "{{ payload.title | safe }}" }
      b    = { kind = "discord", template = "{% if payload.a %}{{ payload.a|e }}{% endif %}" }
      c    = { kind = "telegram", chat = "@orders", template = "{% filter escape %}{{ payload.a }}{% endfilter %}" }
      d    = { kind = "email", from = "a@example.com", to = ["b@example.com"], subject = "{{ event.type|\n escape }}" }
      e    = { kind = "sqs", queue = "arn:aws:sqs:eu-west-1:123456789012:o.fifo", group = "{{ payload.id|safe }}" }
      f    = { kind = "http", url = "https://a.example.com/", headers = { X-Event = "{{ event.tpye }}" } }
      g    = { kind = "http", url = "https://a.example.com/", body = "[{%- filter tojson %}1{% endfilter %}]" }
      h    = { kind = "http", url = "https://a.example.com/", body = "[\"\u0000\"]" }
      sink = { kind = "slack" }
    }
  }

  assert {
    condition = local.destination_problems == concat(
      ["f: headers.X-Event can only have the attributes of event"],
      [
        for text in ["a: template", "b: template", "c: template", "d: subject", "e: group"] :
        "${text} must not have the filters e, escape and safe, because all values are escaped"
      ],
      [
        "g: body must not have autoescape and the filters e, escape, safe and tojson, because its values are JSON",
        "h: body must not have the character U+0000",
      ],
    )
    error_message = jsonencode(local.destination_problems)
  }

  expect_failures = [output.forwarded_headers]
}
