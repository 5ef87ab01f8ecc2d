# The schedules of GitHub recovery and their role.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name               = "hookline-test-recover"
  function_alias_arn = "arn:aws:lambda:eu-west-1:123456789012:function:hookline-test-recover:live"
  every_minutes      = { github = 15, repo = 5, weekly = 1440 }
}

run "each_source_has_a_schedule_with_its_name" {
  module {
    source = "../recovery_schedules"
  }

  assert {
    condition = {
      for name, schedule in aws_scheduler_schedule.this : name => [
        schedule.name, schedule.group_name, schedule.schedule_expression, schedule.target[0].input,
        schedule.flexible_time_window[0].maximum_window_in_minutes,
      ]
      } == {
      github = ["github", "hookline-test-recover", "rate(15 minutes)", "{\"source\":\"github\"}", 3]
      repo   = ["repo", "hookline-test-recover", "rate(5 minutes)", "{\"source\":\"repo\"}", 1]
      weekly = ["weekly", "hookline-test-recover", "rate(1440 minutes)", "{\"source\":\"weekly\"}", 288]
    }
    error_message = "the schedules are ${jsonencode(aws_scheduler_schedule.this)}"
  }

  # A run that fails is not repeated: the next one continues.
  assert {
    condition = alltrue([
      for schedule in values(aws_scheduler_schedule.this) :
      schedule.target[0].arn == var.function_alias_arn && schedule.target[0].role_arn == aws_iam_role.this.arn &&
      schedule.target[0].retry_policy[0].maximum_retry_attempts == 0
    ])
    error_message = "the targets are ${jsonencode(values(aws_scheduler_schedule.this)[*].target)}"
  }
}

run "schedules_may_invoke_the_alias_only" {
  module {
    source = "../recovery_schedules"
  }

  assert {
    condition = jsonencode([
      for s in data.aws_iam_policy_document.invoke.statement : [s.actions, s.resources]
    ]) == jsonencode([[["lambda:InvokeFunction"], [var.function_alias_arn]]])
    error_message = "the role may ${jsonencode(data.aws_iam_policy_document.invoke.statement)}"
  }
}

run "only_the_group_can_use_the_role" {
  module {
    source = "../recovery_schedules"
  }

  assert {
    condition = jsonencode([
      for s in data.aws_iam_policy_document.trust.statement : [
        s.actions, [for p in s.principals : [p.type, p.identifiers]],
        { for c in s.condition : "${c.test} ${c.variable}" => c.values },
      ]
      ]) == jsonencode([[
        ["sts:AssumeRole"], [["Service", ["scheduler.amazonaws.com"]]],
        {
          "ArnEquals aws:SourceArn" = [
            "arn:aws:scheduler:eu-west-1:123456789012:schedule-group/hookline-test-recover",
          ]
          "StringEquals aws:SourceAccount" = ["123456789012"]
        },
    ]])
    error_message = "the role trusts ${jsonencode(data.aws_iam_policy_document.trust.statement)}"
  }
}

run "role_has_the_boundary" {
  module {
    source = "../recovery_schedules"
  }

  variables {
    permissions_boundary = "arn:aws:iam::123456789012:policy/hookline-bootstrap/boundary-test"
  }

  assert {
    condition     = output.permissions_boundary == var.permissions_boundary
    error_message = "the boundary is ${output.permissions_boundary}"
  }
}
