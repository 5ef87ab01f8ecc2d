output "source_names" {
  description = "Name of each source's secret, by source."
  value       = { for name in var.sources : name => aws_secretsmanager_secret.this["sources/${name}"].name }
}

output "destination_names" {
  description = "Name of each destination's secret, by destination."
  value       = { for name in var.destinations : name => aws_secretsmanager_secret.this["destinations/${name}"].name }
}

output "recovery_names" {
  description = "Name of the secret for GitHub's API of each source with recovery, by source."
  value       = { for name in var.recoveries : name => aws_secretsmanager_secret.this["recovery/${name}"].name }
}
