# Configuration beyond 4 KB. Lambda limits the environment of a function, so above `max_environment_bytes` the variables
# that grow with sources, routes and destinations are an object in the artifacts bucket. The environment then has the
# object's version and hash, so a published version of a function has its configuration, and a rollback brings it back.
#
# The object has one key for all its versions. A changed object is a new version, and the old versions stay: the bucket
# is versioned and has no rule that deletes old versions. A key with the hash would be a new resource for each change,
# and Terraform would delete the old object with all its versions.

locals {
  # The largest object that the functions read.
  max_configuration_bytes = 4194304

  complete_environments = { ingest = local.ingest_environment, process = local.process_environment }

  # Each value is JSON.
  growing_variables = {
    ingest  = ["HOOKLINE_SOURCES"]
    process = ["HOOKLINE_DESTINATIONS", "HOOKLINE_ROUTES"]
  }

  # The URLs are unknown before the first apply, but AWS builds them from names. The length counts, not the value.
  queue_variables = {
    HOOKLINE_QUEUE_URL       = "intake"
    HOOKLINE_RETRY_QUEUE_URL = "retry"
    HOOKLINE_DLQ_URL         = "intake-dlq"
  }
  queue_urls = {
    for variable, queue in local.queue_variables : variable =>
    "https://sqs.${var.region}.${data.aws_partition.current.dns_suffix}/${local.account_id}/${local.prefix}-${queue}"
  }

  # The bytes of the complete environment, counted as in ../function.
  environment_base64 = {
    for name, variables in local.complete_environments : name => base64encode(replace(jsonencode({
      for variable in keys(variables) : variable => try(local.queue_urls[variable], variables[variable])
    }), "/\\\\u00(26|3c|3e)/", "_"))
  }
  environment_bytes = {
    for name, text in local.environment_base64 : name => length(text) / 4 * 3 - length(regexall("=", text))
  }

  # The content of the objects: an object with the variables.
  configurations = {
    for name, variables in local.complete_environments : name => format("{%s}", join(",", [
      for variable in local.growing_variables[name] : "\"${variable}\":${variables[variable]}"
    ])) if local.environment_bytes[name] > var.max_environment_bytes
  }

  # `/functions/` is the part of the bucket that the apply role of the bootstrap may write.
  configuration_keys = {
    for name in keys(local.complete_environments) : name => "functions/${local.prefix}-${name}/configuration.json"
  }

  configuration_arns = {
    for name, key in local.configuration_keys : name => !contains(keys(local.configurations), name) ? [] : [
      "${local.arn_prefix}:s3:::${local.artifacts_bucket}/${key}"
    ]
  }

  # The environments of the functions.
  environments = {
    for name, variables in local.complete_environments : name => merge(
      {
        for variable, value in variables : variable => value
        if !contains(keys(local.configurations), name) || !contains(local.growing_variables[name], variable)
      },
      !contains(keys(local.configurations), name) ? {} : {
        HOOKLINE_CONFIGURATION = jsonencode({
          bucket = aws_s3_object.configuration[name].bucket
          key    = aws_s3_object.configuration[name].key
          # S3 names a version `null` if it does not version the bucket yet, which can last some minutes after it was
          # created: https://docs.aws.amazon.com/AmazonS3/latest/userguide/manage-versioning-examples.html
          version = coalesce(aws_s3_object.configuration[name].version_id, "null")
          sha256  = sha256(local.configurations[name])
        })
      },
    )
  }
}

resource "aws_s3_object" "configuration" {
  for_each = local.configurations

  bucket       = module.artifacts.bucket
  key          = local.configuration_keys[each.key]
  content      = each.value
  content_type = "application/json"
  # Without the hash, Terraform would not replace an object that another program has overwritten, and the functions
  # would get its version.
  etag = md5(each.value)

  lifecycle {
    precondition {
      condition     = length(base64encode(each.value)) / 4 * 3 <= local.max_configuration_bytes
      error_message = <<-EOT
        The configuration of ${each.key} has about ${floor(length(base64encode(each.value)) / 4 * 3)} bytes, and the
        function reads at most ${local.max_configuration_bytes}. Move sources, routes or destinations to another
        deployment.
      EOT
    }
  }
}
