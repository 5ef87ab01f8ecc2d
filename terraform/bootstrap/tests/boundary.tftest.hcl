# The most that a function can do: what the two functions need, in their own environment.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  environments = ["dev", "prod"]
}

run "each_environment_has_one" {
  command = plan

  assert {
    condition     = { for name, policy in aws_iam_policy.boundary : "arn:aws:iam::123456789012:policy/${policy.name}" => jsondecode(policy.policy).Version } == { for name in ["dev", "prod"] : local.boundary_arns[name] => "2012-10-17" }
    error_message = "the boundaries are ${jsonencode({ for name, policy in aws_iam_policy.boundary : name => policy.name })}"
  }

  assert {
    condition     = keys(output.permissions_boundary_arns) == ["dev", "prod"] && keys(output.apply_role_arns) == ["dev", "prod"]
    error_message = "the outputs are for ${jsonencode(keys(output.permissions_boundary_arns))} and ${jsonencode(keys(output.apply_role_arns))}"
  }
}

run "it_allows_what_functions_do" {
  command = plan

  assert {
    condition = { for s in jsondecode(aws_iam_policy.boundary["dev"].policy).Statement : s.Sid => { actions = s.Action, resources = s.Resource } } == {
      WriteLogs = {
        actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        resources = ["arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/hookline-dev-*"]
      }
      SendTraces = {
        actions   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
        resources = ["*"]
      }
      UseQueues = {
        actions   = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:SendMessage"]
        resources = ["arn:aws:sqs:eu-west-1:123456789012:hookline-dev-*"]
      }
      ReadSecrets = {
        actions   = ["secretsmanager:GetSecretValue"]
        resources = ["arn:aws:secretsmanager:eu-west-1:123456789012:secret:hookline-dev/*"]
      }
      KeepPayloads = {
        actions   = ["s3:GetObject", "s3:PutObject"]
        resources = ["arn:aws:s3:::hookline-dev-payloads-123456789012/payloads/*"]
      }
      ClaimDeliveries = {
        actions   = ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PartiQLInsert", "dynamodb:PartiQLUpdate", "dynamodb:PutItem", "dynamodb:UpdateItem"]
        resources = ["arn:aws:dynamodb:eu-west-1:123456789012:table/hookline-dev-*"]
      }
      Email = {
        actions   = ["ses:SendEmail"]
        resources = ["arn:aws:ses:eu-west-1:123456789012:identity/*"]
      }
      PutEvents = {
        actions   = ["events:PutEvents"]
        resources = ["arn:aws:events:*:*:event-bus/*"]
      }
    }
    error_message = "the boundary is ${aws_iam_policy.boundary["dev"].policy}"
  }
}

# A right that the root module gives and the boundary does not would be missing only once the functions run.
run "it_allows_what_the_root_module_gives" {
  command = plan

  assert {
    condition = length(setsubtract(
      flatten([for file in ["../policies.tf", "../modules/function/main.tf"] : regexall("\"((?:dynamodb|events|logs|s3|secretsmanager|ses|sqs|xray):[A-Z][A-Za-z]+)\"", file(file))]),
      concat(flatten(local.boundaries.dev[*].Action), ["ses:FromAddress", "ses:Recipients"]),
    )) == 0
    error_message = "the functions are given what the boundary refuses"
  }
}
