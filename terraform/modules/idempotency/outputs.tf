output "name" {
  description = "Name of the table."
  value       = aws_dynamodb_table.this.name
}

# Terraform refreshes the items, so this is their state at the time of the plan.
output "paused_destinations" {
  description = "Names of the destinations that are paused."
  value = [
    for name, pause in aws_dynamodb_table_item.pause : name if try(jsondecode(pause.item).paused.BOOL, false)
  ]
}
