output "group_name" {
  description = "Name of the group of schedules."
  value       = aws_scheduler_schedule_group.this.name
}

output "role_name" {
  description = "Name of the role with which the schedules invoke the function."
  value       = aws_iam_role.this.name
}

output "permissions_boundary" {
  description = "ARN of the role's permissions boundary; null without a boundary."
  value       = aws_iam_role.this.permissions_boundary
}
