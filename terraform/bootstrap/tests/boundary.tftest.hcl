# The permissions boundaries: what both functions need, in their own environment.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  environments = ["dev", "prod"]
}

run "each_environment_has_a_boundary" {
  command = plan

  assert {
    condition = {
      for name, policy in aws_iam_policy.boundary :
      "arn:aws:iam::123456789012:policy/${policy.name}" => jsondecode(policy.policy).Version
      } == {
      for name in ["dev", "prod"] : local.boundary_arns[name] => "2012-10-17"
    }
    error_message = "the boundaries are ${jsonencode(values(aws_iam_policy.boundary)[*].name)}"
  }

  assert {
    condition = (
      keys(output.permissions_boundary_arns) == ["dev", "prod"] &&
      keys(output.apply_role_arns) == ["dev", "prod"]
    )
    error_message = format(
      "the outputs are for %s and %s",
      jsonencode(keys(output.permissions_boundary_arns)),
      jsonencode(keys(output.apply_role_arns)),
    )
  }
}

run "boundary_allows_what_functions_do" {
  command = plan

  assert {
    condition = {
      for s in jsondecode(aws_iam_policy.boundary["dev"].policy).Statement :
      s.Sid => { actions = s.Action, resources = s.Resource }
      } == {
      WriteLogs = {
        actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        resources = ["arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/hookline-dev-*"]
      }
      SendTraces = {
        actions   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
        resources = ["*"]
      }
      UseQueues = {
        actions = [
          "sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage",
          "sqs:SendMessage",
        ]
        resources = ["arn:aws:sqs:eu-west-1:123456789012:hookline-dev-*"]
      }
      ReadSecrets = {
        actions   = ["secretsmanager:GetSecretValue"]
        resources = ["arn:aws:secretsmanager:eu-west-1:123456789012:secret:hookline-dev/*"]
      }
      UseKeysOfAws = {
        actions   = ["kms:Decrypt"]
        resources = ["arn:aws:kms:eu-west-1:123456789012:key/*"]
      }
      FindPayloads = {
        actions   = ["s3:ListBucket"]
        resources = ["arn:aws:s3:::hookline-dev-payloads-123456789012"]
      }
      StorePayloads = {
        actions   = ["s3:GetObject", "s3:PutObject"]
        resources = ["arn:aws:s3:::hookline-dev-payloads-123456789012/payloads/*"]
      }
      ReadConfiguration = {
        actions   = ["s3:GetObjectVersion"]
        resources = ["arn:aws:s3:::hookline-dev-artifacts-123456789012/functions/*/configuration.json"]
      }
      ClaimDeliveries = {
        actions = [
          "dynamodb:BatchGetItem", "dynamodb:PartiQLInsert",
          "dynamodb:PartiQLUpdate", "dynamodb:PutItem", "dynamodb:UpdateItem",
        ]
        resources = ["arn:aws:dynamodb:eu-west-1:123456789012:table/hookline-dev-*"]
      }
      StoreEvents = {
        actions   = ["s3:PutObject"]
        resources = ["arn:aws:s3:::hookline-dev-payloads-123456789012/log/*"]
      }
      IndexEvents = {
        actions   = ["dynamodb:BatchWriteItem"]
        resources = ["arn:aws:dynamodb:eu-west-1:123456789012:table/hookline-dev-events"]
      }
      SendEmail = {
        actions = ["ses:SendEmail"]
        resources = [
          "arn:aws:ses:eu-west-1:123456789012:configuration-set/*", "arn:aws:ses:eu-west-1:123456789012:identity/*",
        ]
      }
      PutEvents = {
        actions   = ["events:PutEvents"]
        resources = ["arn:aws:events:eu-west-1:123456789012:event-bus/default"]
      }
    }
    error_message = "the boundary is ${aws_iam_policy.boundary["dev"].policy}"
  }
}

# A permission in the root module that the boundary does not allow would fail only when a function runs.
run "boundary_allows_the_permissions_of_the_root_module" {
  command = plan

  variables {
    recovery = true
  }

  assert {
    condition = length(setsubtract(
      flatten([
        for file in [
          "../modules/hookline/policies.tf", "../modules/hookline/policies_email.tf", "../modules/function/main.tf",
          "../modules/hookline/recover.tf", "../modules/recovery_schedules/main.tf",
        ] :
        regexall("\"((?:dynamodb|events|lambda|logs|s3|secretsmanager|ses|sqs|xray):[A-Z][A-Za-z]+)\"", file(file))
      ]),
      concat(
        flatten(local.boundary_statements.dev[*].Action), ["dynamodb:LeadingKeys", "ses:FromAddress", "ses:Recipients"],
      ),
    )) == 0
    error_message = "the root module grants a permission that the boundary does not allow"
  }
}

# The boundary allows the keys of AWS only through the services that use them, and no other permission has a condition.
run "keys_are_used_only_through_services" {
  command = plan

  assert {
    condition = {
      for s in jsondecode(aws_iam_policy.boundary["dev"].policy).Statement : s.Sid => s.Condition if can(s.Condition)
      } == {
      UseKeysOfAws = {
        StringEquals = {
          "kms:ViaService" = ["lambda.eu-west-1.amazonaws.com", "secretsmanager.eu-west-1.amazonaws.com"]
        }
      }
    }
    error_message = "the boundary is ${aws_iam_policy.boundary["dev"].policy}"
  }

  # No role creates, changes, reads or uses a key.
  assert {
    condition     = !strcontains(jsonencode(values(aws_iam_policy.this)[*].policy), "kms:")
    error_message = "a role has permissions for keys"
  }
}

run "functions_put_events_only_to_listed_buses" {
  command = plan

  variables {
    event_buses = [
      "arn:aws:events:eu-west-1:123456789012:event-bus/orders",
      "arn:aws:events:us-east-1:210987654321:event-bus/shared",
    ]
  }

  assert {
    condition = alltrue([
      for policy in aws_iam_policy.boundary : [
        for s in jsondecode(policy.policy).Statement : s.Resource if s.Sid == "PutEvents"
        ] == [[
          "arn:aws:events:eu-west-1:123456789012:event-bus/orders",
          "arn:aws:events:us-east-1:210987654321:event-bus/shared",
      ]]
    ])
    error_message = "the boundary is ${aws_iam_policy.boundary["dev"].policy}"
  }
}

run "functions_put_no_events_without_a_bus" {
  command = plan

  variables {
    event_buses = []
  }

  assert {
    condition     = !strcontains(aws_iam_policy.boundary["dev"].policy, "events:PutEvents")
    error_message = "the boundary is ${aws_iam_policy.boundary["dev"].policy}"
  }
}

# The function reads its states with this action, and the schedules invoke the function. Claims have other actions.
run "boundary_allows_recovery_only_with_the_option" {
  command = plan

  variables {
    recovery = true
  }

  assert {
    condition = {
      for s in jsondecode(aws_iam_policy.boundary["dev"].policy).Statement : s.Sid => [s.Action, s.Resource]
      if endswith(s.Sid, "RecoveryState") || endswith(s.Sid, "Recover")
      } == {
      ReadRecoveryState = [
        ["dynamodb:GetItem"], ["arn:aws:dynamodb:eu-west-1:123456789012:table/hookline-dev-*"],
      ]
      InvokeRecover = [
        ["lambda:InvokeFunction"], ["arn:aws:lambda:eu-west-1:123456789012:function:hookline-dev-recover:*"],
      ]
    }
    error_message = "the boundary is ${aws_iam_policy.boundary["dev"].policy}"
  }
}
