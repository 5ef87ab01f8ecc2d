# The composition of the parts. locals.tf has the configuration of the functions, configuration_object.tf the part of it
# that does not fit into the environment, policies.tf the permissions, api.tf the API, and checks.tf the warnings of a
# plan.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

module "naming" {
  source = "../naming"

  name        = var.name
  environment = var.environment
}

module "artifacts" {
  source = "../bucket"

  bucket        = local.artifacts_bucket
  versioned     = true
  force_destroy = var.force_destroy
}

# Payloads that do not fit into a message, each written once under a unique key, and the objects of the event log. The
# event log refers to offloaded payloads, so they are kept as long as its entries.
module "payloads" {
  source = "../bucket"

  bucket                 = local.payloads_bucket
  versioned              = false
  expiration_days        = max(var.payload_retention_days, [for log in var.event_log[*] : log.days]...)
  prefix_expiration_days = { for log in var.event_log[*] : "log/" => log.days }
  force_destroy          = var.force_destroy
}

module "event_log" {
  source = "../event_log"
  count  = var.event_log == null ? 0 : 1

  name                = "${local.prefix}-events"
  deletion_protection = !var.force_destroy
}

module "secrets" {
  source = "../secrets"

  prefix                  = local.prefix
  sources                 = keys(var.sources)
  destinations            = local.destinations_with_secret
  recoveries              = keys(local.recoveries)
  recovery_window_in_days = var.secret_recovery_days
}

module "queue" {
  source = "../queue"

  prefix                   = local.prefix
  consumer_timeout_seconds = var.functions.process.timeout_seconds
  max_receive_count        = var.queue.max_receive_count
  retention_seconds        = var.queue.retention_seconds
  max_message_bytes        = var.queue.max_message_bytes
}

module "idempotency" {
  source = "../idempotency"
  count  = var.idempotency.enabled ? 1 : 0

  name                = "${local.prefix}-idempotency"
  deletion_protection = !var.force_destroy
  destination_names   = keys(var.destinations)
}

module "ingest" {
  source = "../function"

  name                 = "${local.prefix}-ingest"
  description          = "Verifies signed requests and puts events on the intake queue"
  package              = local.packages.ingest
  artifacts_bucket     = module.artifacts.bucket
  architecture         = var.architecture
  memory_mb            = var.functions.ingest.memory_mb
  timeout_seconds      = var.functions.ingest.timeout_seconds
  reserved_concurrency = var.functions.ingest.reserved_concurrency
  environment          = local.environments.ingest
  policy_json          = data.aws_iam_policy_document.ingest.json
  log_retention_days   = var.log_retention_days
  permissions_boundary = local.permissions_boundary
  traced               = local.traces_functions
}

module "process" {
  source = "../function"

  name                 = "${local.prefix}-process"
  description          = "Delivers the events of the intake queue and the retry queue to their destinations"
  package              = local.packages.process
  artifacts_bucket     = module.artifacts.bucket
  architecture         = var.architecture
  memory_mb            = var.functions.process.memory_mb
  timeout_seconds      = var.functions.process.timeout_seconds
  reserved_concurrency = var.functions.process.reserved_concurrency
  environment          = local.environments.process
  policy_json          = data.aws_iam_policy_document.process.json
  log_retention_days   = var.log_retention_days
  permissions_boundary = local.permissions_boundary
  traced               = local.traces_functions
}

# The two lanes: one function, and a mapping with its own concurrency for each queue. Lambda checks the role when it
# creates a mapping. The alias depends on the function, and the function on the policies of its role.
resource "aws_lambda_event_source_mapping" "intake" {
  event_source_arn        = module.queue.arn
  function_name           = module.process.alias_arn
  enabled                 = !var.queue.paused
  batch_size              = var.queue.batch_size
  function_response_types = ["ReportBatchItemFailures"] # a failed event must not repeat its batch

  scaling_config {
    maximum_concurrency = var.queue.maximum_concurrency
  }
}

resource "aws_lambda_event_source_mapping" "retry" {
  event_source_arn        = module.queue.retry_arn
  function_name           = module.process.alias_arn
  enabled                 = !var.queue.paused
  batch_size              = var.retry_lane.batch_size
  function_response_types = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = var.retry_lane.maximum_concurrency
  }
}

module "identity" {
  source = "../identity"
  count  = var.identity_enabled ? 1 : 0

  prefix              = local.prefix
  domain              = coalesce(var.cognito_domain, "${local.prefix}-${local.account_id}")
  deletion_protection = !var.force_destroy
}

module "observability" {
  source = "../observability"

  prefix           = local.prefix
  alarms           = var.alarms
  alarms_key_alias = local.alarms_key_alias
  runbook_url      = var.runbook_url
  saved_queries    = var.saved_queries

  account_concurrency = var.account_concurrency
  access_log_group    = one(module.access_log[*].name)

  functions  = { ingest = module.ingest.name, process = module.process.name }
  log_groups = { ingest = module.ingest.log_group_name, process = module.process.log_group_name }
  queues     = { intake = module.queue.name, retry = module.queue.retry_name, dlq = module.queue.dlq_name }
  api        = { type = var.api_type, id = local.api.id, name = local.api.name, stage_name = local.api.stage_name }

  recovery = one([
    for function in module.recover : {
      function_name    = function.name
      interval_minutes = max([for recovery in local.recoveries : recovery.every_minutes]...)
      lag_seconds      = min(values(local.recovery_lag_seconds)...)
    }
  ])
}
