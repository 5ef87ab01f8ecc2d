# Permissions for GitHub recovery, which only an account with `recovery` has. A statement without resources is left out.

locals {
  # The schedules of an environment are a group with its name.
  schedule_groups = {
    for name, prefix in local.prefixes : name => [
      for group in ["${local.regional_arns.scheduler}:schedule-group/${prefix}-recover"] : group if var.recovery
    ]
  }
  schedules = {
    for name, prefix in local.prefixes : name => [
      for schedule in ["${local.regional_arns.scheduler}:schedule/${prefix}-recover/*"] : schedule if var.recovery
    ]
  }

  read_recovery = {
    for reader, names in local.readers : reader => [
      for statement in [
        {
          Sid      = "ReadScheduleGroups"
          Effect   = "Allow"
          Action   = ["scheduler:GetScheduleGroup", "scheduler:ListTagsForResource"]
          Resource = flatten([for name in names : local.schedule_groups[name]])
        },
        {
          Sid      = "ReadSchedules"
          Effect   = "Allow"
          Action   = ["scheduler:GetSchedule"]
          Resource = flatten([for name in names : local.schedules[name]])
        },
      ] : statement if length(statement.Resource) > 0
    ]
  }

  apply_recovery = {
    for name, prefix in local.prefixes : name => [
      for statement in [
        {
          Sid    = "ManageScheduleGroups"
          Effect = "Allow"
          Action = [
            "scheduler:CreateScheduleGroup", "scheduler:DeleteScheduleGroup", "scheduler:TagResource",
            "scheduler:UntagResource",
          ]
          Resource = local.schedule_groups[name]
        },
        # The deletion of a group also requires the permission to delete its schedules.
        {
          Sid      = "ManageSchedules"
          Effect   = "Allow"
          Action   = ["scheduler:CreateSchedule", "scheduler:DeleteSchedule", "scheduler:UpdateSchedule"]
          Resource = local.schedules[name]
        },
        # Only this role: the roles of the functions do not trust EventBridge Scheduler in any case.
        {
          Sid    = "PassRoleToScheduler"
          Effect = "Allow"
          Action = ["iam:PassRole"]
          Resource = [
            for role in ["${local.iam_arn}:role/${prefix}-recover-schedule"] : role if var.recovery
          ]
          Condition = { StringEquals = { "iam:PassedToService" = ["scheduler.amazonaws.com"] } }
        },
      ] : statement if length(statement.Resource) > 0
    ]
  }
}
