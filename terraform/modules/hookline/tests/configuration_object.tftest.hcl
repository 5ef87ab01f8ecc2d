# Configuration beyond 4 KB: an object in the artifacts bucket, which a version of a function names with its hash.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "small_configuration_stays_in_the_environment" {
  assert {
    condition = length(aws_s3_object.configuration) == 0 && alltrue([
      for name, variables in local.environments : jsonencode(variables) == jsonencode(local.complete_environments[name])
    ])
    error_message = "the environments are ${jsonencode(local.environments)}"
  }

  assert {
    condition = !strcontains(jsonencode(concat(
      data.aws_iam_policy_document.ingest.statement, data.aws_iam_policy_document.process.statement,
    )), "s3:GetObjectVersion")
    error_message = "a function may read a configuration that it does not have"
  }
}

run "threshold_is_the_size_of_the_complete_environment" {
  command = plan

  variables {
    max_environment_bytes = 428
  }

  assert {
    condition     = local.environment_bytes.ingest == 428 && keys(local.configurations) == ["process"]
    error_message = "the sizes are ${jsonencode(local.environment_bytes)}"
  }
}

run "one_byte_less_uses_the_object" {
  command = plan

  variables {
    max_environment_bytes = 427
  }

  assert {
    condition     = keys(local.configurations) == ["ingest", "process"]
    error_message = "the sizes are ${jsonencode(local.environment_bytes)}"
  }
}

run "object_has_the_growing_variables" {
  variables {
    max_environment_bytes = 0
  }

  assert {
    condition = {
      for name, object in aws_s3_object.configuration : name => [object.bucket, object.key, object.content]
      } == {
      ingest = [
        "hookline-test-artifacts-123456789012", "functions/hookline-test-ingest/configuration.json",
        "{\"HOOKLINE_SOURCES\":{\"github\":{\"sender\":\"github\"}}}",
      ]
      process = [
        "hookline-test-artifacts-123456789012", "functions/hookline-test-process/configuration.json",
        join("", [
          "{\"HOOKLINE_DESTINATIONS\":{\"sink\":{\"kind\":\"http\",\"url\":\"https://sink.example.com/hooks\"}},",
          "\"HOOKLINE_ROUTES\":{\"events\":\"sink\",\"github\":\"sink\"}}",
        ])
      ]
    }
    error_message = "the objects are ${jsonencode(values(aws_s3_object.configuration)[*].content)}"
  }

  assert {
    condition = alltrue([
      for name, variables in local.environments : setsubtract(
        keys(local.complete_environments[name]), local.growing_variables[name]
      ) == setsubtract(keys(variables), ["HOOKLINE_CONFIGURATION"])
    ])
    error_message = "the environments are ${jsonencode(local.environments)}"
  }

  assert {
    condition = {
      for name, variables in local.environments : name => jsondecode(variables.HOOKLINE_CONFIGURATION)
      } == {
      for name, object in aws_s3_object.configuration : name => {
        bucket = object.bucket, key = object.key, version = object.version_id, sha256 = sha256(object.content)
      }
    }
    error_message = "the environments are ${jsonencode(local.environments)}"
  }

  # A function reads only its own object.
  assert {
    condition = {
      ingest = [
        for s in data.aws_iam_policy_document.ingest.statement : tolist(s.resources)
        if contains(s.actions, "s3:GetObjectVersion")
      ]
      process = [
        for s in data.aws_iam_policy_document.process.statement : tolist(s.resources)
        if contains(s.actions, "s3:GetObjectVersion")
      ]
      } == {
      for name in ["ingest", "process"] : name => [tolist([join("", [
        "arn:aws:s3:::hookline-test-artifacts-123456789012/functions/hookline-test-${name}/configuration.json"
      ])])]
    }
    error_message = "the statements are ${jsonencode(data.aws_iam_policy_document.ingest.statement)}"
  }
}

# The functions get the version that the apply writes, so it is not known before.
run "changed_object_is_a_new_version_of_the_same_key" {
  variables {
    max_environment_bytes = 0
    sources = {
      github = { sender = "github" }
      stripe = { sender = "stripe" }
    }
    routes = {
      github = { source = "github", destinations = ["sink"] }
      stripe = { source = "stripe", destinations = ["sink"] }
      events = { source = "events", destinations = ["sink"] }
    }
  }

  assert {
    condition = (
      aws_s3_object.configuration["ingest"].key == "functions/hookline-test-ingest/configuration.json" &&
      jsondecode(aws_s3_object.configuration["ingest"].content).HOOKLINE_SOURCES.stripe == { sender = "stripe" }
    )
    error_message = "the object is ${jsonencode(aws_s3_object.configuration["ingest"])}"
  }
}

run "limits_of_a_large_deployment" {
  command = plan

  variables {
    account_concurrency = 100000
    api_quota           = 600
    throttle            = { rate = 10, burst = 20 }
    sources = {
      for n in range(500) : "source-of-team-${n}" => {
        scheme = { signature = { in = ["header:X-Signature-${n}"], prefix = "sha256=" } }
      }
    }
    destinations = {
      for n in range(200) : "destination-of-team-${n}" => {
        kind = "http", url = "https://destination-${n}.example.com/a/path/of/a/receiver/${n}", signed = true
      }
    }
    routes = merge(
      { events = { source = "events", destinations = ["destination-of-team-0"] } },
      {
        for n in range(499) : "route-of-team-${n}" => {
          source = "source-of-team-${n}", destinations = ["destination-of-team-${n % 200}"]
          filter = [{ pointer = "/data/object/type", equals = "a-${n}" }]
        }
      },
      { last = { source = "source-of-team-499", destinations = ["destination-of-team-1"] } },
    )
  }

  assert {
    condition = alltrue([
      for name, configuration in aws_s3_object.configuration :
      length(configuration.content) > 20000 && length(configuration.content) < 200000
    ]) && length(aws_s3_object.configuration) == 2
    error_message = "the sizes are ${jsonencode({ for k, v in local.configurations : k => length(v) })}"
  }

  assert {
    condition = alltrue([
      for folder, arns in local.secret_arns :
      one(arns) == "arn:aws:secretsmanager:eu-west-1:123456789012:secret:hookline-test/${folder}/*"
    ])
    error_message = "the policies have ${jsonencode(local.policy_characters)} characters"
  }
}

run "rejects_threshold_above_the_limit_of_lambda" {
  command = plan

  variables {
    max_environment_bytes = 4097
  }

  expect_failures = [var.max_environment_bytes]
}

run "rejects_threshold_that_is_not_whole" {
  command = plan

  variables {
    max_environment_bytes = 0.5
  }

  expect_failures = [var.max_environment_bytes]
}

run "rejects_configuration_that_no_function_reads" {
  command = plan

  variables {
    routes = {
      events = { source = "events", destinations = ["sink"] }
      github = {
        source = "github", destinations = ["sink"]
        filter = [{ pointer = "/action", equals = join("", [for n in range(1000) : format("%05000d", n)]) }]
      }
    }
  }

  expect_failures = [aws_s3_object.configuration]
}
