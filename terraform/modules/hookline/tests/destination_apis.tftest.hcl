# The APIs that `auth = "sigv4"` calls: one action of its service on each, and no other service.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  sources = {}
  routes  = { events = { source = "events", destinations = ["sink"] } }
  breaker = { event_bus = "" }
}

run "each_service_has_its_action_on_the_api" {
  command = plan

  variables {
    destinations = {
      alias = {
        kind = "http", url = "https://abc123.lambda-url.eu-west-1.on.aws/hooks?a=1", auth = "sigv4", service = "lambda"
        api  = "arn:aws:lambda:eu-west-1:210987654321:function:orders:live"
      }
      collection = {
        kind = "http", url = "https://07tjusf2h91cunochc.eu-west-1.aoss.amazonaws.com/a/_doc", auth = "sigv4"
        api  = "arn:aws:aoss:eu-west-1:123456789012:collection/07tjusf2h91cunochc", service = "aoss"
      }
      domain = {
        kind   = "http", url = "https://search-my-orders-4f3ysf2dtk6rxdtz6cqhx2yyhm.us-east-1.es.amazonaws.com/a/_doc"
        api    = "arn:aws:es:us-east-1:210987654321:domain/my-orders/a/_doc", auth = "sigv4", service = "es"
        region = "us-east-1"
      }
      named = {
        kind = "http", url = "https://search.example.com/a/_doc?refresh=true", auth = "sigv4", service = "es"
        api  = "arn:aws:es:eu-west-1:123456789012:domain/my-orders/a/_doc"
      }
      put = {
        kind = "http", url = "https://search.example.com/a/_doc/1", auth = "sigv4", service = "es", method = "PUT"
        api  = "arn:aws:es:eu-west-1:123456789012:domain/my-orders/a/_doc/1"
      }
      sink = {
        kind = "http", url = "https://a.example.com/hooks", auth = "sigv4"
        api  = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/POST/hooks"
      }
      url = {
        kind = "http", url = "https://hooks.example.com/", auth = "sigv4", service = "lambda"
        api  = "arn:aws:lambda:eu-west-1:123456789012:function:orders"
      }
    }
  }

  assert {
    condition     = local.destination_problems == []
    error_message = jsonencode(local.destination_problems)
  }

  assert {
    condition = jsonencode({
      for s in data.aws_iam_policy_document.process.statement : s.sid => [
        s.actions, s.resources, [for c in s.condition : [c.test, c.variable, c.values]],
      ] if contains(local.destination_statements[*].sid, s.sid)
      }) == jsonencode({
      CallCollections = [
        ["aoss:APIAccessAll"], ["arn:aws:aoss:eu-west-1:123456789012:collection/07tjusf2h91cunochc"], [],
      ]
      CallFunctionUrls = [
        ["lambda:InvokeFunctionUrl"],
        [
          "arn:aws:lambda:eu-west-1:123456789012:function:orders",
          "arn:aws:lambda:eu-west-1:210987654321:function:orders:live",
        ],
        [],
      ]
      InvokeApis = [
        ["execute-api:Invoke"], ["arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/POST/hooks"], [],
      ]
      InvokeFunctionsByUrl = [
        ["lambda:InvokeFunction"],
        [
          "arn:aws:lambda:eu-west-1:123456789012:function:orders",
          "arn:aws:lambda:eu-west-1:210987654321:function:orders:live",
        ],
        [["Bool", "lambda:InvokedViaFunctionUrl", ["true"]]],
      ]
      PostToDomains = [
        ["es:ESHttpPost"],
        [
          "arn:aws:es:eu-west-1:123456789012:domain/my-orders/a/_doc",
          "arn:aws:es:us-east-1:210987654321:domain/my-orders/a/_doc",
        ],
        [],
      ]
      PutToDomains = [["es:ESHttpPut"], ["arn:aws:es:eu-west-1:123456789012:domain/my-orders/a/_doc/1"], []]
    })
    error_message = jsonencode(data.aws_iam_policy_document.process.statement)
  }

  # Process needs the service of the signature, and not the ARN.
  assert {
    condition = jsonencode(jsondecode(local.process_environment.HOOKLINE_DESTINATIONS).url) == jsonencode({
      auth = "sigv4", kind = "http", service = "lambda", url = "https://hooks.example.com/"
    })
    error_message = local.process_environment.HOOKLINE_DESTINATIONS
  }
}

run "rejects_api_of_another_service" {
  command = plan

  variables {
    destinations = {
      a = { kind = "http", url = "https://a.example.com/", auth = "sigv4", service = "lambda" }
      b = { kind = "http", url = "https://a.example.com/", auth = "sigv4", service = "es" }
      c = { kind = "http", url = "https://a.example.com/", auth = "sigv4", service = "aoss" }
      d = {
        kind = "http", url = "https://a.example.com/", auth = "sigv4", service = "lambda"
        api  = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/POST/hooks"
      }
      e = {
        kind = "http", url = "https://a.example.com/", auth = "sigv4"
        api  = "arn:aws:lambda:eu-west-1:123456789012:function:orders"
      }
      f = {
        kind = "http", url = "https://a.example.com/", auth = "sigv4", service = "es"
        api  = "arn:aws:aoss:eu-west-1:123456789012:collection/07tjusf2h91cunochc"
      }
      g = {
        kind = "http", url = "https://a.example.com/", auth = "sigv4", service = "aoss"
        api  = "arn:aws:es:eu-west-1:123456789012:domain/orders/a/_doc"
      }
      h = {
        kind = "http", url = "https://a.example.com/", auth = "sigv4", service = "kinesis"
        api  = "arn:aws:kinesis:eu-west-1:123456789012:stream/orders"
      }
      sink = { kind = "http", url = "https://a.example.com/" }
    }
  }

  assert {
    condition = local.destination_problems == concat(
      ["h: service must be aoss or es or execute-api or lambda, and is kinesis"],
      [
        "a: auth = \"sigv4\" needs api, the ARN of the function or alias that has the URL",
        "b: auth = \"sigv4\" needs api, the ARN of one path of a domain",
        "c: auth = \"sigv4\" needs api, the ARN of one collection",
        join(" ", [
          "d: api must be the ARN of the function or alias that has the URL without wildcards, such as",
          "arn:aws:lambda:eu-west-1:123456789012:function:orders",
        ]),
        join(" ", [
          "e: api must be the ARN of one method without wildcards, such as",
          "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/POST/hooks",
        ]),
        join(" ", [
          "f: api must be the ARN of one path of a domain without wildcards, such as",
          "arn:aws:es:eu-west-1:123456789012:domain/orders/events/_doc",
        ]),
        join(" ", [
          "g: api must be the ARN of one collection without wildcards, such as",
          "arn:aws:aoss:eu-west-1:123456789012:collection/07tjusf2h91cunochc",
        ]),
      ],
    )
    error_message = jsonencode(local.destination_problems)
  }

  expect_failures = [output.forwarded_headers]
}

run "rejects_api_that_the_url_does_not_call" {
  command = plan

  variables {
    destinations = {
      a = {
        kind = "http", url = "https://abc123.lambda-url.us-east-1.on.aws/", auth = "sigv4", service = "lambda"
        api  = "arn:aws:lambda:eu-west-1:123456789012:function:orders"
      }
      b = {
        kind = "http", url = "https://17tjusf2h91cunochc.eu-west-1.aoss.amazonaws.com/a/_doc", auth = "sigv4"
        api  = "arn:aws:aoss:eu-west-1:123456789012:collection/07tjusf2h91cunochc", service = "aoss"
      }
      c = {
        kind = "http", url = "https://search-orders-2-4f3ysf2dtk6rxdtz6cqhx2yyhm.eu-west-1.es.amazonaws.com/a/_doc"
        api  = "arn:aws:es:eu-west-1:123456789012:domain/orders/a/_doc", auth = "sigv4", service = "es"
      }
      d = {
        kind = "http", url = "https://search.example.com/a/_doc/", auth = "sigv4", service = "es"
        api  = "arn:aws:es:eu-west-1:123456789012:domain/orders/a/_doc"
      }
      e = {
        kind = "http", url = "https://a.example.com/", auth = "sigv4", service = "lambda"
        api  = "arn:aws:lambda:us-east-1:123456789012:function:orders"
      }
      f = {
        kind = "http", url = "https://a.example.com/", auth = "sigv4", service = "aoss"
        api  = "arn:aws:aoss:eu-west-1:210987654321:collection/07tjusf2h91cunochc"
      }
      g = {
        kind = "http", url = "https://a.example.com/", auth = "sigv4", service = "lambda"
        api  = "arn:aws:lambda:eu-west-1:123456789012:function:hookline-test-ingest:live"
      }
      h = {
        kind = "http", url = "https://a.example.com/", auth = "sigv4", service = "lambda"
        api  = "arn:aws:lambda:eu-west-1:123456789012:function:*"
      }
      i = {
        kind = "http", url = "https://a.example.com/a", auth = "sigv4", service = "es"
        api  = "arn:aws:es:eu-west-1:123456789012:domain/orders/*"
      }
      j = {
        kind = "http", url = "https://a.example.com/a", auth = "sigv4", service = "es"
        api  = "arn:aws:es:eu-west-1:123456789012:domain/orders"
      }
      sink = { kind = "http", url = "https://a.example.com/" }
    }
  }

  assert {
    condition = local.destination_problems == concat(
      [for name in ["a", "b", "c"] : "${name}: url and api are two APIs"],
      [
        "d: url has another stage or path than api",
        "e: region is not the region of api",
        "f: api must be in the deployment's account, 123456789012",
        "g: api is a part of this deployment",
        join(" ", [
          "h: api must be the ARN of the function or alias that has the URL without wildcards, such as",
          "arn:aws:lambda:eu-west-1:123456789012:function:orders",
        ]),
      ],
      [
        for name in ["i", "j"] : join(" ", [
          "${name}: api must be the ARN of one path of a domain without wildcards, such as",
          "arn:aws:es:eu-west-1:123456789012:domain/orders/events/_doc",
        ])
      ],
    )
    error_message = jsonencode(local.destination_problems)
  }

  expect_failures = [output.forwarded_headers]
}
