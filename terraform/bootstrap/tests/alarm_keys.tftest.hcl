# The keys of the alarm topics. No role can create a key, because its permissions would depend on new tags.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  environments = ["dev", "prod"]
}

run "each_environment_has_a_key_with_an_alias" {
  command = plan

  assert {
    condition = { for name, alias in aws_kms_alias.alarms : name => alias.name } == {
      dev  = "alias/hookline-bootstrap-alarms-dev"
      prod = "alias/hookline-bootstrap-alarms-prod"
    }
    error_message = "the aliases are ${jsonencode(values(aws_kms_alias.alarms)[*].name)}"
  }

  assert {
    condition = output.alarm_key_aliases == {
      dev  = "alias/hookline-bootstrap-alarms-dev"
      prod = "alias/hookline-bootstrap-alarms-prod"
    }
    error_message = "the output is ${jsonencode(output.alarm_key_aliases)}"
  }

  assert {
    condition = alltrue([
      for key in aws_kms_key.alarms : key.enable_key_rotation && key.deletion_window_in_days == 7
    ])
    error_message = "a key is not rotated, or has another deletion window"
  }
}

run "only_cloudwatch_of_this_account_can_use_the_keys" {
  command = plan

  assert {
    condition = alltrue([for key in aws_kms_key.alarms : jsondecode(key.policy) == {
      Version = "2012-10-17"
      Statement = [
        {
          Sid       = "AccountAdministers"
          Effect    = "Allow"
          Principal = { AWS = "arn:aws:iam::123456789012:root" }
          Action    = "kms:*"
          Resource  = "*"
        },
        {
          Sid       = "CloudWatchPublishes"
          Effect    = "Allow"
          Principal = { Service = "cloudwatch.amazonaws.com" }
          Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
          Resource  = "*"
          Condition = { StringEquals = { "aws:SourceAccount" = "123456789012" } }
        },
      ]
    }])
    error_message = "the keys' policies are ${jsonencode(values(aws_kms_key.alarms)[*].policy)}"
  }
}

# The root module derives both names from the output `prefix`.
run "root_module_derives_the_names" {
  command = plan

  variables {
    label = "bootstrap-dr"
  }

  assert {
    condition = (
      output.prefix == "hookline-bootstrap-dr" &&
      aws_kms_alias.alarms["dev"].name == "alias/${output.prefix}-alarms-dev" &&
      aws_iam_policy.boundary["dev"].name == "${output.prefix}-boundary-dev"
    )
    error_message = "${output.prefix} is not the prefix of ${aws_kms_alias.alarms["dev"].name}"
  }

  assert {
    condition = output.prefix != null && alltrue([for name in [
      "\"alias/$${var.bootstrap}-alarms-$${var.environment}\"\n",
      "/$${var.bootstrap}-boundary-$${var.environment}\"\n",
    ] : strcontains(file("../modules/hookline/bootstrap.tf"), name)])
    error_message = "the root module derives other names"
  }
}
