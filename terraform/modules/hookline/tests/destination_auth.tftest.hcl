# How requests of `http` destinations are authenticated, and what the plan rejects.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  sources = {}
  routes  = { events = { source = "events", destinations = ["sink"] } }
}

run "accepts_each_authentication" {
  command = plan

  variables {
    destinations = {
      basic  = { kind = "http", url = "https://a.example.com/", auth = "basic" }
      bearer = { kind = "http", url = "https://a.example.com/", auth = "bearer", signed = true }
      header = { kind = "http", url = "https://a.example.com/", auth = "header", auth_header = "X-Token" }
      mtls   = { kind = "http", url = "https://a.example.com/", auth = "mtls" }
      named  = { kind = "http", url = "https://a.example.com/", auth = "header", auth_header = "Authorization" }
      none   = { kind = "http", url = "https://a.example.com/", auth = "none" }
      oauth = {
        kind      = "http", url = "https://a.example.com/", auth = "oauth2_client_credentials"
        token_url = "https://login.example.com/token", scope = "events.write", audience = "https://a.example.com"

        token_endpoint_auth_method = "client_secret_post"
      }
      private = {
        kind      = "http", url = "http://10.20.0.1/", auth = "oauth2_client_credentials"
        token_url = "http://10.20.0.2:8080/token"
      }
      sigv4 = {
        kind = "http", url = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod/hooks", auth = "sigv4"
        api  = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/POST/hooks"
      }
      signed-call = {
        kind   = "http", url = "https://api.example.com/hooks", auth = "sigv4", region = "us-east-1", method = "PUT"
        signed = true
        api    = "arn:aws:execute-api:us-east-1:210987654321:a1b2c3d4e5/$default/PUT/hooks/a"
      }
      sink = { kind = "http", url = "https://a.example.com/" }
    }
    private_networks = ["10.20.0.0/16"]
  }

  assert {
    condition     = local.destination_problems == []
    error_message = jsonencode(local.destination_problems)
  }

  # Each of these kinds of credentials is a secret, and a key for signatures is one.
  assert {
    condition = keys(output.destination_secret_names) == [
      "basic", "bearer", "header", "mtls", "named", "oauth", "private", "signed-call",
    ]
    error_message = "the destinations' secrets are ${jsonencode(output.destination_secret_names)}"
  }

  # Process has the same defaults, and does not need the ARN of the API.
  assert {
    condition = jsonencode(jsondecode(local.process_environment.HOOKLINE_DESTINATIONS)) == jsonencode({
      basic  = { auth = "basic", kind = "http", url = "https://a.example.com/" }
      bearer = { auth = "bearer", kind = "http", signed = true, url = "https://a.example.com/" }
      header = { auth = "header", auth_header = "X-Token", kind = "http", url = "https://a.example.com/" }
      mtls   = { auth = "mtls", kind = "http", url = "https://a.example.com/" }
      named  = { auth = "header", auth_header = "Authorization", kind = "http", url = "https://a.example.com/" }
      none   = { kind = "http", url = "https://a.example.com/" }
      oauth = {
        audience  = "https://a.example.com"
        auth      = "oauth2_client_credentials"
        kind      = "http"
        scope     = "events.write"
        token_url = "https://login.example.com/token"
        url       = "https://a.example.com/"

        token_endpoint_auth_method = "client_secret_post"
      }
      private = {
        auth      = "oauth2_client_credentials"
        kind      = "http"
        token_url = "http://10.20.0.2:8080/token"
        url       = "http://10.20.0.1/"
      }
      signed-call = {
        auth   = "sigv4"
        kind   = "http"
        method = "PUT"
        region = "us-east-1"
        signed = true
        url    = "https://api.example.com/hooks"
      }
      sigv4 = {
        auth = "sigv4"
        kind = "http"
        url  = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod/hooks"
      }
      sink = { kind = "http", url = "https://a.example.com/" }
    })
    error_message = local.process_environment.HOOKLINE_DESTINATIONS
  }
}

run "rejects_options_of_another_authentication" {
  command = plan

  variables {
    destinations = {
      a    = { kind = "http", url = "https://a.example.com/", auth = "digest" }
      b    = { kind = "http", url = "https://a.example.com/", auth = "bearer", auth_header = "X-Token" }
      c    = { kind = "http", url = "https://a.example.com/", auth = "basic", token_url = "https://login.example.com/" }
      d    = { kind = "http", url = "https://a.example.com/", scope = "events" }
      e    = { kind = "http", url = "https://a.example.com/", audience = "events" }
      f    = { kind = "http", url = "https://a.example.com/", auth = "mtls", service = "execute-api" }
      g    = { kind = "http", url = "https://a.example.com/", region = "eu-west-1" }
      h    = { kind = "http", url = "https://a.example.com/", auth = "" }
      sink = { kind = "http", url = "https://a.example.com/" }
    }
  }

  assert {
    condition = jsonencode(local.destination_problems) == jsonencode([
      "a: auth must be none or bearer or basic or header or oauth2_client_credentials or sigv4 or mtls, and is digest",
      "h: auth must be none or bearer or basic or header or oauth2_client_credentials or sigv4 or mtls, and is ",
      "b: auth_header is only for auth = \"header\"",
      "c: token_url, token_endpoint_auth_method, scope and audience are only for auth = \"oauth2_client_credentials\"",
      "d: token_url, token_endpoint_auth_method, scope and audience are only for auth = \"oauth2_client_credentials\"",
      "e: token_url, token_endpoint_auth_method, scope and audience are only for auth = \"oauth2_client_credentials\"",
      "f: service, region and api are only for auth = \"sigv4\"",
      "g: service, region and api are only for auth = \"sigv4\"",
    ])
    error_message = jsonencode(local.destination_problems)
  }

  expect_failures = [output.forwarded_headers]
}

run "rejects_invalid_options_of_an_authentication" {
  command = plan

  variables {
    destinations = {
      a = { kind = "http", url = "https://a.example.com/", auth = "header", auth_header = "X Token" }
      b = { kind = "http", url = "https://a.example.com/", auth = "header", auth_header = "Ce-Id" }
      c = { kind = "http", url = "https://a.example.com/", auth = "header", auth_header = "Content-Type" }
      d = {
        kind = "http", url = "https://a.example.com/", auth = "header", auth_header = "X-Key", headers = { x-key = "1" }
      }
      e = { kind = "http", url = "https://a.example.com/", auth = "oauth2_client_credentials" }
      f = {
        kind      = "http", url = "https://a.example.com/", auth = "oauth2_client_credentials"
        token_url = "http://login.example.com/"
      }
      g = {
        kind      = "http", url = "https://a.example.com/", auth = "oauth2_client_credentials"
        token_url = "https://user:secret@login.example.com/"
      }
      h = {
        kind      = "http", url = "https://a.example.com/", auth = "oauth2_client_credentials"
        token_url = "https://login.example.com/", scope = ""
      }
      i = { kind = "http", url = "http://10.20.0.1/", auth = "mtls" }
      j = {
        kind = "http", url = "http://10.20.0.1/", auth = "sigv4"
        api  = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/POST/hooks"
      }
      sink = { kind = "http", url = "https://a.example.com/" }
    }
    private_networks = ["10.20.0.0/16"]
  }

  assert {
    condition = jsonencode(local.destination_problems) == jsonencode([
      "a: auth_header must be the name of a header that Hookline does not set itself",
      "b: auth_header must be the name of a header that Hookline does not set itself",
      "c: auth_header must be the name of a header that Hookline does not set itself",
      "d: auth_header is also in headers or forward_headers",
      "e: auth = \"oauth2_client_credentials\" needs token_url",
      "f: token_url must be an https URL with a valid host and without user, password and fragment, as url",
      "g: token_url must be an https URL with a valid host and without user, password and fragment, as url",
      "h: scope and audience must not be empty, and must be printable ASCII characters",
      "i: auth = \"mtls\" needs a url that begins with https://",
      "j: auth = \"sigv4\" needs a url that begins with https://",
    ])
    error_message = jsonencode(local.destination_problems)
  }

  expect_failures = [output.forwarded_headers]
}

run "rejects_api_that_is_not_the_called_one" {
  command = plan

  variables {
    destinations = {
      a = { kind = "http", url = "https://a.example.com/", auth = "sigv4" }
      b = {
        kind = "http", url = "https://a.example.com/", auth = "sigv4"
        api  = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/*/POST/hooks"
      }
      c = {
        kind = "http", url = "https://a.example.com/", auth = "sigv4"
        api  = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5"
      }
      d = {
        kind = "http", url = "https://a.example.com/", auth = "sigv4"
        api  = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod/POST/hooks"
      }
      e = {
        kind = "http", url = "https://a.example.com/", auth = "sigv4", method = "PATCH"
        api  = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/POST/hooks"
      }
      f = {
        kind = "http", url = "https://other.execute-api.eu-west-1.amazonaws.com/prod/hooks", auth = "sigv4"
        api  = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/POST/hooks"
      }
      g = {
        kind = "http", url = "https://a.example.com/", auth = "sigv4"
        api  = "arn:aws:execute-api:eu-west-1:12345678901:a1b2c3d4e5/prod/POST/hooks"
      }
      h    = { kind = "http", url = "https://a.example.com/", auth = "sigv4", service = "Execute API" }
      sink = { kind = "http", url = "https://a.example.com/" }
    }
  }

  assert {
    condition = jsonencode(local.destination_problems) == jsonencode(concat(
      [
        "h: service must be aoss or es or execute-api or lambda, and is Execute API",
        "a: auth = \"sigv4\" needs api, the ARN of one method",
      ],
      [
        for name in ["b", "c"] : join(" ", [
          "${name}: api must be the ARN of one method without wildcards, such as",
          "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/POST/hooks",
        ])
      ],
      [
        "d: region is not the region of api",
        "e: method is not the method of api",
        "f: url and api are two APIs",
        join(" ", [
          "g: api must be the ARN of one method without wildcards, such as",
          "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/POST/hooks",
        ]),
      ],
    ))
    error_message = jsonencode(local.destination_problems)
  }

  expect_failures = [output.forwarded_headers]
}

run "rejects_url_of_another_method_than_the_permitted_one" {
  command = plan

  variables {
    destinations = {
      for name, parts in {
        default = ["eu-west-1", "/hooks/a", "$default/POST/hooks/a"]
        query   = ["eu-west-1", "/prod/hooks?a=b", "prod/POST/hooks"]
        root    = ["eu-west-1", "", "$default/POST/"]
        slash   = ["eu-west-1", "/prod/hooks/", "prod/POST/hooks"]
        path    = ["eu-west-1", "/prod/other", "prod/POST/hooks"]
        region  = ["us-east-1", "/prod/hooks", "prod/POST/hooks"]
        stage   = ["eu-west-1", "/hooks", "prod/POST/hooks"]
        } : name => {
        kind = "http", auth = "sigv4"
        url  = "https://a1b2c3d4e5.execute-api.${parts[0]}.amazonaws.com${parts[1]}"
        api  = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/${parts[2]}"
      }
    }
    routes = { all = { source = "events", destinations = ["default"] } }
  }

  assert {
    condition = jsonencode(local.destination_problems) == jsonencode([
      "path: url has another stage or path than api",
      "region: url and api are two APIs",
      "stage: url has another stage or path than api",
    ])
    error_message = jsonencode(local.destination_problems)
  }

  expect_failures = [output.forwarded_headers]
}
