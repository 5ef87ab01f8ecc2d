# GitHub recovery: a function for the sources that have `recover`, and nothing without one.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  packages = {
    ingest  = "tests/fixtures/package.zip"
    process = "tests/fixtures/package.zip"
    recover = "tests/fixtures/package.zip"
  }
  sources = {
    github = { sender = "github", recover = { webhook = "app", app_id = "Iv23liAbCdEf" } }
    repo = {
      sender = "github"
      recover = {
        webhook         = "repos/octo-org/hello.world/hooks/42"
        app_id          = "12345"
        installation_id = 678
        events          = ["push", "pull_request"]
        every_minutes   = 60
        lookback_hours  = 24
        api_url         = "https://github.example.com/api/v3"
      }
    }
    quiet = { sender = "github" }
  }
  routes = {
    github = { source = "github", destinations = ["sink"] }
    repo   = { source = "repo", destinations = ["sink"] }
    quiet  = { source = "quiet", destinations = ["sink"] }
    events = { source = "events", destinations = ["sink"] }
  }
}

run "function_has_the_options_that_are_not_defaults" {
  assert {
    condition = local.recover_environment == {
      HOOKLINE_LOG_LEVEL         = "info"
      HOOKLINE_PREFIX            = "hookline-test"
      HOOKLINE_IDEMPOTENCY_TABLE = "hookline-test-idempotency"
      HOOKLINE_RECOVER = jsonencode({
        github = { app_id = "Iv23liAbCdEf", webhook = "app" }
        repo = {
          api_url         = "https://github.example.com/api/v3"
          app_id          = "12345"
          events          = ["push", "pull_request"]
          installation_id = 678
          lookback_hours  = 24
          webhook         = "repos/octo-org/hello.world/hooks/42"
        }
      })
      HOOKLINE_SECRET_REFRESH_SECONDS = "30"
      HOOKLINE_SECRET_TTL_SECONDS     = "300"
      RES_OPTIONS                     = "timeout:1 attempts:3"
    }
    error_message = "the environment is ${jsonencode(local.recover_environment)}"
  }

  # The table's name is built, so that the function does not wait for the table.
  assert {
    condition     = output.idempotency_table == local.recover_environment.HOOKLINE_IDEMPOTENCY_TABLE
    error_message = "the table is ${output.idempotency_table}"
  }

  # Ingest does not know the option.
  assert {
    condition     = !strcontains(jsonencode(local.sources), "recover")
    error_message = "ingest has ${jsonencode(local.sources)}"
  }
}

run "function_may_read_its_secrets_and_states_only" {
  assert {
    condition = jsonencode([
      for s in data.aws_iam_policy_document.recover[0].statement : [s.sid, sort(s.actions), sort(s.resources)]
      ]) == jsonencode([
      ["ReadRecoverySecrets", ["secretsmanager:GetSecretValue"], [
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:hookline-test/recovery/github-??????",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:hookline-test/recovery/repo-??????",
      ]],
      ["KeepRecoveryState", ["dynamodb:GetItem", "dynamodb:PutItem"], [
        "arn:aws:dynamodb:eu-west-1:123456789012:table/hookline-test-idempotency",
      ]],
    ])
    error_message = "the statements are ${jsonencode(data.aws_iam_policy_document.recover[0].statement)}"
  }

  assert {
    condition = jsonencode(flatten([
      for s in data.aws_iam_policy_document.recover[0].statement : [
        for c in s.condition : [c.test, c.variable, c.values]
      ]
      ])) == jsonencode([
      "ForAllValues:StringEquals", "dynamodb:LeadingKeys", "recover#github", "recover#repo",
    ])
    error_message = "the statements are ${jsonencode(data.aws_iam_policy_document.recover[0].statement)}"
  }

  assert {
    condition     = local.policy_characters.recover < 1500
    error_message = "the lengths are ${jsonencode(local.policy_characters)}"
  }
}

run "each_source_has_a_secret" {
  assert {
    condition = output.recovery_secret_names == {
      github = "hookline-test/recovery/github", repo = "hookline-test/recovery/repo"
    }
    error_message = "the secrets are ${jsonencode(output.recovery_secret_names)}"
  }
}

run "outputs_have_the_function" {
  assert {
    condition = (
      output.function_names.recover == "hookline-test-recover" &&
      output.log_group_names.recover == "/aws/lambda/hookline-test-recover" &&
      output.recover_alias_version == output.function_versions.recover &&
      keys(output.package_keys) == ["ingest", "process", "recover"] &&
      keys(output.role_names) == ["ingest", "process", "recover"] &&
      keys(output.role_policy_names) == ["ingest", "process", "recover"]
    )
    error_message = "the outputs are ${jsonencode([output.function_names, output.log_group_names])}"
  }
}

run "roles_have_the_boundary" {
  variables {
    permissions_boundary = "arn:aws:iam::123456789012:policy/hookline-bootstrap/boundary-test"
  }

  assert {
    condition = [module.recover[0].permissions_boundary, module.recovery_schedules[0].permissions_boundary] == [
      var.permissions_boundary, var.permissions_boundary,
    ]
    error_message = "a role has no boundary or another one"
  }
}

run "recovery_has_alarms_and_widgets" {
  assert {
    condition = length(setintersection(keys(output.alarm_names), [
      "recover-errors", "recovery-expired", "recovery-failed", "recovery-lags", "recovery-missing",
    ])) == 5
    error_message = "the alarms are ${jsonencode(output.alarm_names)}"
  }
}

# The lag is a multiple of the interval, more or less the time window of the schedule.
run "alarm_on_the_lag_leaves_time" {
  command = plan

  variables {
    sources = {
      for name, times in {
        default = { every_minutes = 15, lookback_hours = 72 }
        four    = { every_minutes = 15, lookback_hours = 1 }
        two     = { every_minutes = 30, lookback_hours = 1 }
        few     = { every_minutes = 360, lookback_hours = 36 }
        daily   = { every_minutes = 1440, lookback_hours = 72 }
        } : name => {
        sender  = "github"
        recover = merge({ webhook = "orgs/octo-org/hooks/7" }, times)
      }
    }
    routes = {
      for name in ["default", "four", "two", "few", "daily", "events"] :
      name => { source = name, destinations = ["sink"] }
    }
  }

  assert {
    condition = local.recovery_lag_seconds == {
      default = 64800 # 18 hours, a quarter
      four    = 1350  # after 30 of 60 minutes: the second run in a row without a complete list
      two     = 900   # after 30 of 60 minutes: the first run
      few     = 54000 # after 18 of 36 hours: the third run in a row
      daily   = 64800 # after 24 of 72 hours: the first run
    }
    error_message = "the thresholds are ${jsonencode(local.recovery_lag_seconds)}"
  }

  # One more run begins before events are lost.
  assert {
    condition = alltrue([
      for name, recovery in local.recoveries : (
        (floor(local.recovery_lag_seconds[name] / (60 * recovery.every_minutes)) + 2) * recovery.every_minutes
      ) <= 60 * recovery.lookback_hours
    ])
    error_message = "the thresholds are ${jsonencode(local.recovery_lag_seconds)}"
  }
}

run "token_needs_no_app" {
  command = plan

  variables {
    sources = {
      github = {
        sender      = "github"
        recover     = { webhook = "orgs/octo-org/hooks/7", api_url = "http://10.20.0.5:3000/api/v3" }
        deduplicate = "id"
      }
    }
    routes           = { github = { source = "github", destinations = ["sink"] } }
    identity_enabled = false
    private_networks = ["10.20.0.0/16"]
  }

  assert {
    condition = local.recovery_options == {
      github = { webhook = "orgs/octo-org/hooks/7", api_url = "http://10.20.0.5:3000/api/v3" }
    }
    error_message = "the options are ${jsonencode(local.recovery_options)}"
  }
}

run "nothing_exists_without_recover" {
  variables {
    packages = { ingest = "tests/fixtures/package.zip", process = "tests/fixtures/package.zip" }
    sources  = { github = { sender = "github" } }
    routes = {
      github = { source = "github", destinations = ["sink"] }
      events = { source = "events", destinations = ["sink"] }
    }
  }

  assert {
    condition = (
      length(module.recover) == 0 && length(module.recovery_schedules) == 0 &&
      length(data.aws_iam_policy_document.recover) == 0 && output.recovery_secret_names == null &&
      output.recover_alias_version == null && keys(output.function_names) == ["ingest", "process"] &&
      !strcontains(jsonencode(output.alarm_names), "recover")
    )
    error_message = "something of the recovery exists"
  }
}
