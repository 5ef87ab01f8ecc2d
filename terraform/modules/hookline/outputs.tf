# What operators, CI and the harness read. Outputs are names and URLs; none is a secret.

output "api_type" {
  description = "Type of the API: rest or http"
  value       = var.api_type
}

output "api_id" {
  description = "Id of the API"
  value       = local.api.id
}

output "api_url" {
  description = "Base URL of the API's stage"
  value       = local.api.url
}

output "stage_name" {
  description = "Name of the API's stage"
  value       = local.api.stage_name
}

output "webhook_urls" {
  description = "URL to give to each sender, by source"
  value       = { for name in keys(var.sources) : name => "${local.api.webhooks_url}/${name}" }
}

output "events_url" {
  description = "URL that our own services post events to; null without identity"
  value       = local.api.events_url
}

output "queue_url" {
  description = "URL of the intake queue"
  value       = module.queue.url
}

output "queue_arn" {
  description = "ARN of the intake queue"
  value       = module.queue.arn
}

output "dlq_url" {
  description = "URL of the dead-letter queue"
  value       = module.queue.dlq_url
}

output "dlq_arn" {
  description = "ARN of the dead-letter queue"
  value       = module.queue.dlq_arn
}

output "source_secret_names" {
  description = "Name of the secret to fill for each source, by source"
  value       = module.secrets.source_names
}

output "destination_secret_names" {
  description = "Name of the secret to fill for each destination that needs one, by destination"
  value       = module.secrets.destination_names
}

output "function_names" {
  description = "Name of each function"
  value       = { ingest = module.ingest.name, process = module.process.name }
}

output "function_versions" {
  description = "Latest published version of each function: what pinned_versions takes"
  value       = { ingest = module.ingest.version, process = module.process.version }
}

# One a function: a rollback looks at one alias alone, and brings up to date what depends on nothing else.
output "ingest_alias_version" {
  description = "Published version that ingest's alias is at"
  value       = module.ingest.alias_version
}

output "process_alias_version" {
  description = "Published version that process's alias is at"
  value       = module.process.alias_version
}

output "alias_arns" {
  description = "ARN of the alias that each function is called by"
  value       = { ingest = module.ingest.alias_arn, process = module.process.alias_arn }
}

output "role_names" {
  description = "Name of each function's role"
  value       = { ingest = module.ingest.role_name, process = module.process.role_name }
}

output "role_policy_names" {
  description = "Name of the inline policy in each role that says what the function may do"
  value       = { ingest = module.ingest.role_policy_name, process = module.process.role_policy_name }
}

output "log_group_names" {
  description = "Name of each function's log group"
  value       = { ingest = module.ingest.log_group_name, process = module.process.log_group_name }
}

output "api_log_group_name" {
  description = "Name of the log group of the API's access log; null without it"
  value       = one(module.access_log[*].name)
}

output "alarm_names" {
  description = "Name of each alarm, by its section in the runbook"
  value       = module.observability.alarm_names
}

output "alarms_topic_arn" {
  description = "ARN of the topic that alarms are told to, for other subscribers than e-mail"
  value       = module.observability.topic_arn
}

output "dashboard_name" {
  description = "Name of the dashboard in CloudWatch"
  value       = module.observability.dashboard_name
}

output "user_pool_id" {
  description = "Id of the user pool; null without identity"
  value       = one(module.identity[*].user_pool_id)
}

output "client_id" {
  description = "Id of the machine client for POST /events; null without identity"
  value       = one(module.identity[*].client_id)
}

output "token_url" {
  description = "URL that gives access tokens for client credentials; null without identity"
  value       = one([for domain in module.identity[*].domain : "https://${domain}.auth.${var.region}.amazoncognito.com/oauth2/token"])
}

output "scope" {
  description = "Scope to ask for in an access token for POST /events; null without identity"
  value       = var.identity_enabled ? "${local.prefix}/events.write" : null
}

output "idempotency_table" {
  description = "Name of the table that keeps what was delivered; null without it"
  value       = one(module.idempotency[*].name)
}

output "artifacts_bucket" {
  description = "Name of the bucket that holds the packages"
  value       = module.artifacts.bucket
}

output "payloads_bucket" {
  description = "Name of the bucket that keeps the payloads that no message can hold"
  value       = module.payloads.bucket
}

output "package_keys" {
  description = "Key of each function's package in the artifacts bucket"
  value       = { ingest = module.ingest.package_key, process = module.process.package_key }
}
