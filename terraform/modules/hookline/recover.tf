# GitHub recovery: a function that requests redeliveries of what never arrived, and a schedule for each source that has
# `recover`. Nothing of this exists if no source has it. recover_rules.tf has the rules for the options.

locals {
  recoveries = { for name, source in var.sources : name => source.recover if source.recover != null }

  github_api_url = "https://api.github.com"

  # Without `every_minutes`, which is a property of the schedule, and without the function's defaults.
  recovery_options = {
    for name, recovery in local.recoveries : name => merge(
      {
        for key, value in {
          webhook         = recovery.webhook
          app_id          = recovery.app_id
          installation_id = recovery.installation_id
        } : key => value if value != null
      },
      length(recovery.events) == 0 ? {} : { events = recovery.events },
      recovery.lookback_hours == 72 ? {} : { lookback_hours = recovery.lookback_hours },
      recovery.api_url == local.github_api_url ? {} : { api_url = recovery.api_url },
    )
  }

  # The threshold of the alarm `recovery-lags` by source, in seconds: a quarter of `lookback_hours`. With fewer than ten
  # runs in this period, it is two and a half intervals, so that a single run does not raise the alarm, unless less than
  # that would then remain until events are lost. In any case, at least one run follows the alarm in time. The alarm has
  # the smallest threshold of all sources.
  recovery_lag_seconds = {
    for name, recovery in local.recoveries : name => max(
      900 * recovery.lookback_hours,
      min(150 * recovery.every_minutes, 3600 * recovery.lookback_hours - 150 * recovery.every_minutes),
    )
  }

  recover_environment = merge(local.resolver_environment, {
    HOOKLINE_LOG_LEVEL              = var.log_level
    HOOKLINE_PREFIX                 = local.prefix
    HOOKLINE_RECOVER                = jsonencode(local.recovery_options)
    HOOKLINE_IDEMPOTENCY_TABLE      = "${local.prefix}-idempotency"
    HOOKLINE_SECRET_TTL_SECONDS     = tostring(var.secret_cache.ttl_seconds)
    HOOKLINE_SECRET_REFRESH_SECONDS = tostring(var.secret_cache.refresh_seconds)
  })

  recover_statements = [
    {
      sid     = "ReadRecoverySecrets"
      actions = ["secretsmanager:GetSecretValue"]
      resources = [
        for name in keys(local.recoveries) :
        "${local.arn_prefix}:secretsmanager:${local.arn_tail}:secret:${local.prefix}/recovery/${name}-??????"
      ]
    },
    # One item for each source: where the next run begins. The function cannot read or change claims of deliveries.
    {
      sid       = "KeepRecoveryState"
      actions   = ["dynamodb:GetItem", "dynamodb:PutItem"]
      resources = length(local.recoveries) > 0 ? [local.policy_arns.table] : []
      conditions = [{
        test     = "ForAllValues:StringEquals"
        variable = "dynamodb:LeadingKeys"
        values   = [for name in keys(local.recoveries) : "recover#${name}"]
      }]
    },
  ]
}

data "aws_iam_policy_document" "recover" {
  count = length(local.recoveries) > 0 ? 1 : 0

  dynamic "statement" {
    for_each = local.role_statements.recover

    content {
      sid       = statement.value.sid
      actions   = statement.value.actions
      resources = statement.value.resources

      dynamic "condition" {
        for_each = statement.value.conditions

        content {
          test     = condition.value.test
          variable = condition.value.variable
          values   = condition.value.values
        }
      }
    }
  }
}

module "recover" {
  source = "../function"
  count  = length(local.recoveries) > 0 ? 1 : 0

  name                 = "${local.prefix}-recover"
  description          = "Requests redeliveries of events that never arrived from GitHub"
  package              = local.packages.recover
  artifacts_bucket     = module.artifacts.bucket
  architecture         = var.architecture
  memory_mb            = var.functions.recover.memory_mb
  timeout_seconds      = var.functions.recover.timeout_seconds
  reserved_concurrency = var.functions.recover.reserved_concurrency
  environment          = local.recover_environment
  policy_json          = data.aws_iam_policy_document.recover[0].json
  log_retention_days   = var.log_retention_days
  permissions_boundary = local.permissions_boundary
  traced               = local.traces_functions
}

module "recovery_schedules" {
  source = "../recovery_schedules"
  count  = length(local.recoveries) > 0 ? 1 : 0

  name                 = "${local.prefix}-recover"
  function_alias_arn   = module.recover[0].alias_arn
  every_minutes        = { for name, recovery in local.recoveries : name => recovery.every_minutes }
  permissions_boundary = local.permissions_boundary
}
