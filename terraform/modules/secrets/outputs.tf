output "source_names" {
  description = "Name of each source's secret, by source."
  value       = { for name in var.sources : name => aws_secretsmanager_secret.this["sources/${name}"].name }
}

output "destination_names" {
  description = "Name of each destination's secret, by destination."
  value       = { for name in var.destinations : name => aws_secretsmanager_secret.this["destinations/${name}"].name }
}
