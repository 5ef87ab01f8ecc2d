# The hosts of URLs. A URL that process cannot parse stops it at its start, so the plan rejects it.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  sources = {}
  routes  = { events = { source = "events", destinations = ["sink"] } }
}

run "accepts_names_and_addresses" {
  command = plan

  variables {
    destinations = {
      for index, host in [
        "sink.example.com", "localhost", "3scale.example.com", "a.1b-c.example.xn--p1ai", "EXAMPLE.Com",
        "192.0.2.10", "0.0.0.0", "255.255.255.255", "1.2.3.4.example.com",
        "[::]", "[::1]", "[2001:db8::1]", "[2001:DB8:0:1:2:3:4:5]", "[1:2:3:4:5:6:7::]", "[::2:3:4:5:6:7:8]",
        "[::ffff:192.0.2.10]", "[1:2:3:4:5:6:192.0.2.10]", "[64:ff9b::192.0.2.10]", "[1::8]",
      ] : index == 0 ? "sink" : "d${index}" => { kind = "http", url = "https://${host}:8443/hooks" }
    }
  }

  assert {
    condition     = local.destination_problems == []
    error_message = jsonencode(local.destination_problems)
  }
}

# A host whose last part is a number is an IPv4 address. process would read `010` as 8, so other notations than four
# decimal numbers are rejected too.
run "pattern_rejects_other_hosts" {
  command = plan

  variables {
    destinations = { sink = { kind = "http", url = "https://sink.example.com/" } }
  }

  assert {
    condition = [
      for host in [
        "10.0.0.256", "hooks.example.123", "10.0.0", "10.0.0.1.2", "16909060", "0x7f.0.0.1", "0x7f000001", "010.0.0.1",
        "10.0.0.0x1", "example.0x", "example.0X1F", "1", "08", "10.0.0.00",
        "[::::]", "[:]", "[]", "[1]", "[1:2:3:4:5:6:7]", "[1:2:3:4:5:6:7:8:9]", "[1::2::3]", "[:1:2:3:4:5:6:7]",
        "[1:2:3:4:5:6:7:8::]", "[12345::]", "[::00001]", "[::192.0.2.256]", "[::192.0.2]", "[::010.0.0.1]",
        "[1:2:3:4:5:6:7:192.0.2.10]", "[::1%25eth0]", "[192.0.2.10]", "[::g]", "[::1", "::1", "...", "a..b", "-a", "a-",
        "a_b", "a.b.",
      ] : host if can(regex(local.url_pattern, "https://${host}/"))
    ] == []
    error_message = "the pattern accepts one of these hosts"
  }
}

run "rejects_octet_above_255" {
  command = plan

  variables {
    destinations = { sink = { kind = "http", url = "https://10.0.0.256/hooks" } }
  }

  expect_failures = [var.destinations]
}

run "rejects_name_that_ends_in_a_number" {
  command = plan

  variables {
    destinations = { sink = { kind = "http", url = "https://hooks.example.123/" } }
  }

  expect_failures = [var.destinations]
}

run "rejects_invalid_ipv6_address" {
  command = plan

  variables {
    destinations = { sink = { kind = "http", url = "https://[::::]/" } }
  }

  expect_failures = [var.destinations]
}

run "rejects_token_url_with_an_invalid_host" {
  command = plan

  variables {
    destinations = {
      for name, host in {
        a    = "login.example.123"
        b    = "10.0.0.256"
        c    = "[::::]"
        sink = "[2001:db8::1]"
        } : name => {
        kind      = "http", url = "https://a.example.com/", auth = "oauth2_client_credentials"
        token_url = "https://${host}/token"
      }
    }
  }

  assert {
    condition = local.destination_problems == [
      for name in ["a", "b", "c"] :
      "${name}: token_url must be an https URL with a valid host and without user, password and fragment, as url"
    ]
    error_message = jsonencode(local.destination_problems)
  }

  expect_failures = [output.forwarded_headers]
}
