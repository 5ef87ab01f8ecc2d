output "bucket" {
  description = "Name of the bucket, known once it is encrypted and closed: what is put there is so from the start"
  value       = aws_s3_bucket.this.bucket

  depends_on = [
    aws_s3_bucket_versioning.this,
    aws_s3_bucket_server_side_encryption_configuration.this,
    aws_s3_bucket_ownership_controls.this,
    aws_s3_bucket_policy.this,
  ]
}

output "arn" {
  description = "ARN of the bucket"
  value       = aws_s3_bucket.this.arn
}
