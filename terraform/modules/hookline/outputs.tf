# Names and URLs for operators, CI and the harness. No output is a secret.

output "api_type" {
  description = "Type of the API: `rest` or `http`."
  value       = var.api_type
}

output "api_id" {
  description = "Id of the API."
  value       = local.api.id
}

output "api_url" {
  description = "Base URL of the API: the custom domain, or API Gateway's own host with the stage."
  value       = local.api.url
}

output "stage_name" {
  description = "Name of the API's stage."
  value       = local.api.stage_name
}

output "webhook_urls" {
  description = "URL for each sender, by source."
  value       = { for name in keys(var.sources) : name => "${local.api.webhooks_url}/${name}" }
}

output "events_url" {
  description = "URL of POST /events; null without identity."
  value       = local.api.events_url
}

output "domain_target" {
  description = "DNS name and hosted zone for an alias record of the custom domain; null without `domain`."
  value       = one(module.domain[*].target)
}

output "queue_url" {
  description = "URL of the intake queue."
  value       = module.queue.url
}

output "queue_arn" {
  description = "ARN of the intake queue."
  value       = module.queue.arn
}

output "retry_queue_url" {
  description = "URL of the retry queue."
  value       = module.queue.retry_url
}

output "retry_queue_arn" {
  description = "ARN of the retry queue."
  value       = module.queue.retry_arn
}

output "dlq_url" {
  description = "URL of the dead-letter queue."
  value       = module.queue.dlq_url
}

output "dlq_arn" {
  description = "ARN of the dead-letter queue."
  value       = module.queue.dlq_arn
}

output "source_secret_names" {
  description = "Name of the secret to store for each source, by source."
  value       = module.secrets.source_names
}

output "destination_secret_names" {
  description = "Name of the secret to store for each destination that needs one, by destination."
  value       = module.secrets.destination_names
}

output "recovery_secret_names" {
  description = "Name of the secret for GitHub's API for each source with `recover`; null if no source has it."
  value       = length(local.recoveries) > 0 ? module.secrets.recovery_names : null
}

output "function_names" {
  description = "Name of each function."
  value = merge(
    { ingest = module.ingest.name, process = module.process.name },
    { for function in module.recover : "recover" => function.name },
  )
}

output "function_versions" {
  description = "Latest published version of each function. `scripts/release.sh` moves the alias to it."
  value = merge(
    { ingest = module.ingest.version, process = module.process.version },
    { for function in module.recover : "recover" => function.version },
  )
}

# These and `rolled_back` depend only on the aliases, so that a release can update them in the state by itself.
output "ingest_alias_version" {
  description = "Published version that ingest's alias points to, at the last apply or release."
  value       = module.ingest.alias_version
}

output "process_alias_version" {
  description = "Published version that process's alias points to, at the last apply or release."
  value       = module.process.alias_version
}

output "recover_alias_version" {
  description = "Published version that recover's alias points to; null if no source has `recover`."
  value       = one(module.recover[*].alias_version)
}

output "canary" {
  description = "How `scripts/release.sh` moves traffic to a new version: percent and minutes; null moves it at once."
  value       = var.canary
}

output "rolled_back" {
  description = "Functions that were rolled back, with the versions, the time and the reason."
  value       = local.rolled_back
}

output "alias_arns" {
  description = "ARN of each function's alias."
  value = merge(
    { ingest = module.ingest.alias_arn, process = module.process.alias_arn },
    { for function in module.recover : "recover" => function.alias_arn },
  )
}

output "role_names" {
  description = "Name of each function's role."
  value = merge(
    { ingest = module.ingest.role_name, process = module.process.role_name },
    { for function in module.recover : "recover" => function.role_name },
  )
}

output "role_policy_names" {
  description = "Name of the inline policy with each function's permissions."
  value = merge(
    { ingest = module.ingest.role_policy_name, process = module.process.role_policy_name },
    { for function in module.recover : "recover" => function.role_policy_name },
  )

  precondition {
    condition     = local.policy_characters.ingest <= local.max_policy_characters
    error_message = <<-EOT
      The policies of ingest have ${local.policy_characters.ingest} characters, and IAM allows a role
      ${local.max_policy_characters}. Remove sources or shorten their names (${length(var.sources)} sources), or move
      sources to another deployment. The longest statements are ${local.longest_statements.ingest}.
    EOT
  }

  precondition {
    condition     = local.policy_characters.process <= local.max_policy_characters
    error_message = <<-EOT
      The policies of process have ${local.policy_characters.process} characters, and IAM allows a role
      ${local.max_policy_characters}. Use a mailing list instead of many recipients, set `identity` for e-mail
      destinations, or remove destinations or shorten their names (${length(local.emails)} e-mail destinations,
      ${length(local.destinations_with_secret)} secrets, ${length(local.policy_arns.buses)} event buses). The longest
      statements are ${local.longest_statements.process}.
    EOT
  }
}

output "log_group_names" {
  description = "Name of each function's log group."
  value = merge(
    { ingest = module.ingest.log_group_name, process = module.process.log_group_name },
    { for function in module.recover : "recover" => function.log_group_name },
  )
}

output "api_log_group_name" {
  description = "Name of the log group of the API's access log; null without the access log."
  value       = one(module.access_log[*].name)
}

output "alarm_names" {
  description = "Name of each alarm, by its section in the runbook."
  value       = module.observability.alarm_names
}

output "alarms_topic_arn" {
  description = "ARN of the topic that alarms are published to, for subscribers in addition to `alarms.emails`."
  value       = module.observability.topic_arn
}

output "dashboard_name" {
  description = "Name of the CloudWatch dashboard."
  value       = module.observability.dashboard_name
}

output "user_pool_id" {
  description = "Id of the user pool; null without identity."
  value       = one(module.identity[*].user_pool_id)
}

output "client_id" {
  description = "Id of the machine client for POST /events; null without identity."
  value       = one(module.identity[*].client_id)
}

output "token_url" {
  description = "URL that returns access tokens for client credentials; null without identity."
  value = one([
    for domain in module.identity[*].domain : "https://${domain}.${local.token_host}/oauth2/token"
  ])
}

output "scope" {
  description = "Scope of an access token for POST /events; null without identity."
  value       = var.identity_enabled ? "${local.prefix}/events.write" : null
}

output "idempotency_table" {
  description = "Name of the table of deliveries; null without idempotency."
  value       = one(module.idempotency[*].name)
}

output "event_log_table" {
  description = "Name of the table of the event log; null without event_log."
  value       = one(module.event_log[*].name)
}

output "retry_schedule" {
  description = "Times of the attempts of a delivery that always fails, after the first one. Jitter makes them earlier."
  value       = local.retry_schedule
}

output "paused_destinations" {
  description = "Names of the destinations that `hookline destination pause` has paused, as of the last refresh."
  value       = local.paused_destinations
}

output "artifacts_bucket" {
  description = "Name of the bucket for the packages."
  value       = module.artifacts.bucket
}

output "payloads_bucket" {
  description = "Name of the bucket for offloaded payloads."
  value       = module.payloads.bucket
}

output "package_keys" {
  description = "Key of each function's package in the artifacts bucket."
  value = merge(
    { ingest = module.ingest.package_key, process = module.process.package_key },
    { for function in module.recover : "recover" => function.package_key },
  )
}
