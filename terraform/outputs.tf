# Generated from terraform/modules/hookline/outputs.tf:
# edit that file, then run `.ci/terraform-interface --write`.

output "api_type" {
  description = "Type of the API: `rest` or `http`."
  value       = module.hookline.api_type
}

output "api_id" {
  description = "Id of the API."
  value       = module.hookline.api_id
}

output "api_url" {
  description = "Base URL of the API: the custom domain, or API Gateway's own host with the stage."
  value       = module.hookline.api_url
}

output "stage_name" {
  description = "Name of the API's stage."
  value       = module.hookline.stage_name
}

output "webhook_urls" {
  description = "URL for each sender, by source."
  value       = module.hookline.webhook_urls
}

output "events_url" {
  description = "URL of POST /events; null without identity."
  value       = module.hookline.events_url
}

output "domain_target" {
  description = "DNS name and hosted zone for an alias record of the custom domain; null without `domain`."
  value       = module.hookline.domain_target
}

output "queue_url" {
  description = "URL of the intake queue."
  value       = module.hookline.queue_url
}

output "queue_arn" {
  description = "ARN of the intake queue."
  value       = module.hookline.queue_arn
}

output "retry_queue_url" {
  description = "URL of the retry queue."
  value       = module.hookline.retry_queue_url
}

output "retry_queue_arn" {
  description = "ARN of the retry queue."
  value       = module.hookline.retry_queue_arn
}

output "dlq_url" {
  description = "URL of the dead-letter queue."
  value       = module.hookline.dlq_url
}

output "dlq_arn" {
  description = "ARN of the dead-letter queue."
  value       = module.hookline.dlq_arn
}

output "source_secret_names" {
  description = "Name of the secret to store for each source, by source."
  value       = module.hookline.source_secret_names
}

output "destination_secret_names" {
  description = "Name of the secret to store for each destination that needs one, by destination."
  value       = module.hookline.destination_secret_names
}

output "recovery_secret_names" {
  description = "Name of the secret for GitHub's API for each source with `recover`; null if no source has it."
  value       = module.hookline.recovery_secret_names
}

output "function_names" {
  description = "Name of each function."
  value       = module.hookline.function_names
}

output "function_versions" {
  description = "Latest published version of each function. `scripts/release.sh` moves the alias to it."
  value       = module.hookline.function_versions
}

output "ingest_alias_version" {
  description = "Published version that ingest's alias points to, at the last apply or release."
  value       = module.hookline.ingest_alias_version
}

output "process_alias_version" {
  description = "Published version that process's alias points to, at the last apply or release."
  value       = module.hookline.process_alias_version
}

output "recover_alias_version" {
  description = "Published version that recover's alias points to; null if no source has `recover`."
  value       = module.hookline.recover_alias_version
}

output "canary" {
  description = "How `scripts/release.sh` moves traffic to a new version: percent and minutes; null moves it at once."
  value       = module.hookline.canary
}

output "rolled_back" {
  description = "Functions that were rolled back, with the versions, the time and the reason."
  value       = module.hookline.rolled_back
}

output "alias_arns" {
  description = "ARN of each function's alias."
  value       = module.hookline.alias_arns
}

output "role_names" {
  description = "Name of each function's role."
  value       = module.hookline.role_names
}

output "role_policy_names" {
  description = "Name of the inline policy with each function's permissions."
  value       = module.hookline.role_policy_names
}

output "log_group_names" {
  description = "Name of each function's log group."
  value       = module.hookline.log_group_names
}

output "api_log_group_name" {
  description = "Name of the log group of the API's access log; null without the access log."
  value       = module.hookline.api_log_group_name
}

output "alarm_names" {
  description = "Name of each alarm, by its section in the runbook."
  value       = module.hookline.alarm_names
}

output "alarms_topic_arn" {
  description = "ARN of the topic that alarms are published to, for subscribers in addition to `alarms.emails`."
  value       = module.hookline.alarms_topic_arn
}

output "dashboard_name" {
  description = "Name of the CloudWatch dashboard."
  value       = module.hookline.dashboard_name
}

output "user_pool_id" {
  description = "Id of the user pool; null without identity."
  value       = module.hookline.user_pool_id
}

output "client_id" {
  description = "Id of the machine client for POST /events; null without identity."
  value       = module.hookline.client_id
}

output "token_url" {
  description = "URL that returns access tokens for client credentials; null without identity."
  value       = module.hookline.token_url
}

output "scope" {
  description = "Scope of an access token for POST /events; null without identity."
  value       = module.hookline.scope
}

output "idempotency_table" {
  description = "Name of the table of deliveries; null without idempotency."
  value       = module.hookline.idempotency_table
}

output "event_log_table" {
  description = "Name of the table of the event log; null without event_log."
  value       = module.hookline.event_log_table
}

output "retry_schedule" {
  description = "Times of the attempts of a delivery that always fails, after the first one. Jitter makes them earlier."
  value       = module.hookline.retry_schedule
}

output "paused_destinations" {
  description = "Names of the destinations that `hookline destination pause` has paused, as of the last refresh."
  value       = module.hookline.paused_destinations
}

output "artifacts_bucket" {
  description = "Name of the bucket for the packages."
  value       = module.hookline.artifacts_bucket
}

output "payloads_bucket" {
  description = "Name of the bucket for offloaded payloads."
  value       = module.hookline.payloads_bucket
}

output "package_keys" {
  description = "Key of each function's package in the artifacts bucket."
  value       = module.hookline.package_keys
}
