# Permissions for GitHub recovery, which are an option.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  environments = ["dev", "prod"]
}

run "roles_have_no_such_permissions_by_default" {
  command = plan

  assert {
    condition = (
      !contains(keys(local.plan_policies), "plan-recovery") &&
      alltrue([for topics in local.apply_topics : !contains(keys(topics), "recovery")]) &&
      !strcontains(jsonencode(local.boundary_statements.dev[*].Resource), "-recover")
    )
    error_message = "the roles have ${jsonencode([local.apply_recovery, local.read_recovery])}"
  }
}

run "roles_manage_schedules_by_their_group" {
  command = plan

  variables {
    recovery = true
  }

  assert {
    condition = { for s in local.apply_recovery.dev : s.Sid => [s.Action, s.Resource] } == {
      ManageScheduleGroups = [
        [
          "scheduler:CreateScheduleGroup", "scheduler:DeleteScheduleGroup", "scheduler:TagResource",
          "scheduler:UntagResource",
        ],
        ["arn:aws:scheduler:eu-west-1:123456789012:schedule-group/hookline-dev-recover"],
      ]
      ManageSchedules = [
        ["scheduler:CreateSchedule", "scheduler:DeleteSchedule", "scheduler:UpdateSchedule"],
        ["arn:aws:scheduler:eu-west-1:123456789012:schedule/hookline-dev-recover/*"],
      ]
      PassRoleToScheduler = [["iam:PassRole"], ["arn:aws:iam::123456789012:role/hookline-dev-recover-schedule"]]
    }
    error_message = "the role has ${jsonencode(local.apply_recovery.dev)}"
  }

  assert {
    condition = [for s in local.apply_recovery.dev : s.Condition if s.Sid == "PassRoleToScheduler"] == [
      { StringEquals = { "iam:PassedToService" = ["scheduler.amazonaws.com"] } },
    ]
    error_message = "the role can be passed to another service: ${jsonencode(local.apply_recovery.dev)}"
  }

  assert {
    condition = [for s in local.plan_policies.plan-recovery : [s.Action, s.Resource]] == [
      [
        ["scheduler:GetScheduleGroup", "scheduler:ListTagsForResource"],
        [
          "arn:aws:scheduler:eu-west-1:123456789012:schedule-group/hookline-dev-recover",
          "arn:aws:scheduler:eu-west-1:123456789012:schedule-group/hookline-prod-recover",
        ],
      ],
      [
        ["scheduler:GetSchedule"],
        [
          "arn:aws:scheduler:eu-west-1:123456789012:schedule/hookline-dev-recover/*",
          "arn:aws:scheduler:eu-west-1:123456789012:schedule/hookline-prod-recover/*",
        ],
      ],
    ]
    error_message = "the plan role reads ${jsonencode(local.plan_policies)}"
  }

  assert {
    condition = (
      local.prefixes.dev == "hookline-dev" &&
      can(regex("\n  name +=  *\"[$]{local.prefix}-recover\"\n", file("../modules/hookline/recover.tf"))) &&
      can(regex("\n  name +=  *\"[$]{var.name}-schedule\"\n", file("../modules/recovery_schedules/main.tf")))
    )
    error_message = "the root module gives its schedules or their role another name"
  }
}
