# The catalogue of senders: a source has the name of a file in senders/.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  sources = { x = { sender = "github" } }
  routes = {
    events = { source = "events", destinations = ["sink"] }
    x      = { source = "x", destinations = ["sink"] }
  }
}

run "ingest_gets_the_name_of_a_sender" {
  command = plan

  variables {
    sources = { x = { sender = "github", deduplicate = "id", validate_json = true } }
  }

  assert {
    condition = jsondecode(local.ingest_environment.HOOKLINE_SOURCES).x == {
      sender        = "github"
      deduplicate   = "id"
      validate_json = true
    }
    error_message = "ingest gets ${local.ingest_environment.HOOKLINE_SOURCES}"
  }

  assert {
    condition     = keys(local.sender_files) == ["github"] && length(local.sender_aliases) == 0
    error_message = "the plan has read the files of ${join(", ", keys(local.sender_files))}"
  }
}

# GitLab's signing token is a secret of Standard Webhooks, with ids and a time.
run "sender_inherits_the_scheme_that_it_extends" {
  command = plan

  variables {
    sources = { x = { sender = "gitlab-signed", deduplicate = "id", tolerance_seconds = 60 } }
  }

  assert {
    condition     = local.scheme_facts.x.has_ids && local.scheme_facts.x.has_time
    error_message = "the scheme has ${jsonencode(local.scheme_facts.x)}"
  }
}

# The schema is no sender, and the name of a file is the name of its sender.
run "every_sender_has_a_trust" {
  command = plan

  assert {
    condition = length(local.sender_names) > 0 && !contains(local.sender_names, "schema") && alltrue([
      for name in local.sender_names : contains(
        ["body", "envelope", "token"], jsondecode(file("${local.senders_folder}/${name}.json")).trust,
      )
    ])
    error_message = "a sender has no trust, or it has another value than body, envelope and token"
  }
}

# Terraform reads one level of `extends`.
run "no_sender_extends_one_that_extends_another" {
  command = plan

  assert {
    condition = alltrue([
      for name in local.sender_names :
      !can(jsondecode(file(join("", [
        local.senders_folder, "/",
        try(jsondecode(file("${local.senders_folder}/${name}.json")).extends, name), ".json",
      ]))).extends) || !can(jsondecode(file("${local.senders_folder}/${name}.json")).extends)
    ])
    error_message = "a sender extends one that extends another"
  }
}

run "rejects_source_without_sender_and_scheme" {
  command = plan

  variables {
    sources = { x = { validate_json = true } }
  }

  expect_failures = [var.sources]
}

run "rejects_sender_with_scheme" {
  command = plan

  variables {
    sources = { x = { sender = "github", scheme = { signature = { in = ["header:X-S"] } } } }
  }

  expect_failures = [var.sources]
}

run "rejects_unknown_sender_with_the_nearest_names" {
  command = plan

  variables {
    sources = { x = { sender = "modern-tresury" } }
  }

  assert {
    condition = jsonencode(local.unknown_sender_texts) == jsonencode([
      "x has modern-tresury; the nearest names are modern-treasury",
    ])
    error_message = jsonencode(local.unknown_sender_texts)
  }

  expect_failures = [output.source_methods]
}

run "rejects_alias_with_the_name_of_the_sender" {
  command = plan

  variables {
    sources = { x = { sender = "facebook" } }
  }

  assert {
    condition     = jsonencode(local.similar_senders.facebook[0]) == jsonencode("meta")
    error_message = jsonencode(local.similar_senders.facebook[0])
  }

  expect_failures = [output.source_methods]
}

run "rejects_unknown_sender_without_a_similar_name" {
  command = plan

  variables {
    sources = { x = { sender = "qqqq" } }
  }

  assert {
    condition     = jsonencode(local.unknown_sender_texts) == jsonencode(["x has qqqq"])
    error_message = jsonencode(local.unknown_sender_texts)
  }

  expect_failures = [output.source_methods]
}

run "rejects_sender_whose_keys_are_fetched" {
  command = plan

  variables {
    sources = { x = { sender = "paypal" } }
  }

  assert {
    condition = jsonencode(local.rejected_senders) == jsonencode([
      "x has paypal, and its keys have to be fetched from a URL",
    ])
    error_message = jsonencode(local.rejected_senders)
  }

  expect_failures = [output.source_methods]
}

run "rejects_sender_with_a_plain_digest" {
  command = plan

  variables {
    sources = { x = { sender = "cloudinary" } }
  }

  assert {
    condition = jsonencode(local.rejected_senders) == jsonencode([
      "x has cloudinary, and it uses a plain digest instead of an HMAC",
    ])
    error_message = jsonencode(local.rejected_senders)
  }

  expect_failures = [output.source_methods]
}

run "rejects_url_for_a_sender_that_does_not_sign_it" {
  command = plan

  variables {
    sources = { x = { sender = "github", url = "https://hooks.example.com/webhooks/x" } }
  }

  assert {
    condition     = jsonencode(local.unused_urls) == jsonencode(["x"])
    error_message = jsonencode(local.unused_urls)
  }

  expect_failures = [output.source_methods]
}

run "accepts_url_for_a_sender_that_signs_it" {
  command = plan

  variables {
    sources = { x = { sender = "twilio", url = "https://hooks.example.com/webhooks/x?tenant=1" } }
  }
}

run "rejects_invalid_source_url" {
  command = plan

  variables {
    sources = { x = { sender = "twilio", url = "hooks.example.com" } }
  }

  expect_failures = [var.sources]
}

run "rejects_source_url_without_scheme" {
  command = plan

  variables {
    sources = { x = { sender = "twilio", url = "hooks.example.com/x" } }
  }

  expect_failures = [var.sources]
}

run "rejects_audience_without_jwt" {
  command = plan

  variables {
    sources = { x = { sender = "github", audience = "hooks" } }
  }

  assert {
    condition     = jsonencode(local.unused_audiences) == jsonencode(["x"])
    error_message = jsonencode(local.unused_audiences)
  }

  expect_failures = [output.source_methods]
}
