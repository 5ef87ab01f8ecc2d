# What only some environments have. Without its value here, no role has the permission for it.

variable "http_api_ids" {
  description = <<-EOT
    IDs of the HTTP APIs of each environment with `api_type = "http"`, such as `{ prod = ["a1b2c3d4e5"] }`. Roles can
    read and change only these HTTP APIs, and cannot create one: an administrator applies the environment once, and then
    adds the ID here. The environment's apply role can also deliver logs of HTTP APIs.
  EOT
  type        = map(set(string))
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(keys(var.http_api_ids), var.environments)) == 0
    error_message = <<-EOT
      http_api_ids has environments that are not in `environments`:
      ${join(", ", setsubtract(keys(var.http_api_ids), var.environments))}.
    EOT
  }

  validation {
    condition = alltrue([for id in flatten(values(var.http_api_ids)) : can(regex("^[a-z0-9]{1,20}$", id))])
    error_message = join(" ", [
      "An ID in http_api_ids must have only lower-case letters and digits, as",
      "`aws apigatewayv2 get-apis --query 'Items[].[Name, ApiId]'` prints it.",
    ])
  }

  # The role of one environment could otherwise change the API of another.
  validation {
    condition = (
      length(flatten(values(var.http_api_ids))) == length(distinct(flatten(values(var.http_api_ids))))
    )
    error_message = "http_api_ids has the same ID in two environments; remove it from one of them."
  }
}

variable "domains" {
  description = <<-EOT
    The domain of each environment that has the root module's `domain`: its name, and with mutual TLS the S3 object of
    the truststore as `bucket/key`. The roles read and change only this domain.
  EOT
  type = map(object({
    name       = string
    truststore = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(setsubtract(keys(var.domains), var.environments)) == 0
    error_message = <<-EOT
      domains has environments that are not in `environments`:
      ${join(", ", setsubtract(keys(var.domains), var.environments))}.
    EOT
  }

  validation {
    condition = alltrue([
      for domain in values(var.domains) :
      can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z][a-z0-9-]*[a-z0-9]$", domain.name)) &&
      try(length(domain.name) <= 253, false)
    ])
    error_message = <<-EOT
      domains.*.name must be a host name in lower-case letters without wildcards, such as hooks.example.com.
    EOT
  }

  validation {
    condition = alltrue([
      for domain in values(var.domains) :
      try(domain.truststore, null) == null ||
      can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[A-Za-z0-9!_.'()/-]+$", domain.truststore))
    ])
    error_message = "domains.*.truststore must be `bucket/key` without s3:// and without wildcards."
  }

  validation {
    condition     = length(values(var.domains)) == length(distinct(values(var.domains)[*].name))
    error_message = "domains has the same name in two environments; each environment needs its own."
  }
}

variable "web_acl_arns" {
  description = <<-EOT
    ARN of the web ACL (AWS WAF) of each environment that has the root module's `web_acl_arn`. The apply role can
    associate only this web ACL.
  EOT
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(keys(var.web_acl_arns), var.environments)) == 0
    error_message = <<-EOT
      web_acl_arns has environments that are not in `environments`:
      ${join(", ", setsubtract(keys(var.web_acl_arns), var.environments))}.
    EOT
  }

  validation {
    condition = alltrue([
      for arn in values(var.web_acl_arns) :
      can(regex("^arn:[a-z-]+:wafv2:[a-z0-9-]+:[0-9]{12}:regional/webacl/[A-Za-z0-9_-]+/[a-f0-9-]+$", arn))
    ])
    error_message = <<-EOT
      web_acl_arns must be ARNs of regional web ACLs without wildcards:
      arn:aws:wafv2:<region>:<account ID>:regional/webacl/<name>/<ID>.
    EOT
  }
}

variable "event_buses" {
  description = <<-EOT
    ARNs of the EventBridge buses that functions may put events to: those of destinations and of the circuit breakers.
    They may be in another account or region, whose bus must then allow the function's role. null means the default bus
    of this account in the region; an empty set means no bus.
  EOT
  type        = set(string)
  default     = null

  validation {
    condition = var.event_buses == null || alltrue([
      for arn in coalesce(var.event_buses, []) :
      can(regex("^arn:[a-z-]+:events:[a-z0-9-]+:[0-9]{12}:event-bus/[A-Za-z0-9._/-]{1,256}$", arn))
    ])
    error_message = "event_buses must be ARNs without wildcards: arn:aws:events:<region>:<account ID>:event-bus/<name>."
  }
}

locals {
  # What follows the partition in the ARN of each service that can be a destination, and in those of customer keys.
  destination_patterns = {
    aoss        = ":[a-z0-9-]+:[0-9]{12}:collection/[a-z0-9]+"
    es          = ":[a-z0-9-]+:[0-9]{12}:domain/[a-z][a-z0-9-]+/[A-Za-z0-9._~%!$&'()+,;=:@/-]+"
    execute-api = ":[a-z0-9-]+:[0-9]{12}:[a-z0-9]+/(\\$default|[A-Za-z0-9_-]+)/[A-Z]+/[A-Za-z0-9._~%!$&'()+,;=:@/-]*"
    firehose    = ":[a-z0-9-]+:[0-9]{12}:deliverystream/[A-Za-z0-9_.-]+"
    kms         = ":[a-z0-9-]+:[0-9]{12}:key/[a-z0-9-]+"
    lambda      = ":[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]+(:[$A-Za-z0-9_-]+)?"
    s3          = ":::[a-z0-9-]+"
    sns         = ":[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+([.]fifo)?"
    sqs         = ":[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+([.]fifo)?"
    states      = ":[a-z0-9-]+:[0-9]{12}:stateMachine:[A-Za-z0-9_-]+"
  }
}

variable "destination_arns" {
  description = <<-EOT
    ARNs that functions may send events to: SQS queues, SNS topics, Lambda functions, also by their URL (with the
    version or alias of the destination), Step Functions state machines (without version and alias), Firehose streams,
    S3 buckets, methods of APIs with IAM authorization, paths of OpenSearch domains, OpenSearch Serverless collections,
    and KMS keys of encrypted queues, topics and buckets. They may be in another account or region, whose policy must
    then allow the function's role. By default, no function can send to any of them.
  EOT
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition = alltrue([
      for arn in var.destination_arns : anytrue([
        for service, pattern in local.destination_patterns : can(regex("^arn:[a-z-]+:${service}${pattern}$", arn))
      ])
    ])
    error_message = format(
      join(" ", [
        "destination_arns must be ARNs without wildcards of queues, topics, functions, state machines, Firehose",
        "streams, buckets, API methods, paths of domains, collections or keys. Correct %s.",
      ]),
      join(", ", [
        for arn in var.destination_arns : coalesce(arn, "(null)") if !anytrue([
          for service, pattern in local.destination_patterns : can(regex("^arn:[a-z-]+:${service}${pattern}$", arn))
        ])
      ]),
    )
  }
}

variable "recovery" {
  description = <<-EOT
    Whether environments can have sources with `recover`: the apply roles can then manage schedules and the role that
    invokes the function, and the boundaries allow what the function and the schedules do.
  EOT
  type        = bool
  default     = false
  nullable    = false
}

variable "budgets" {
  description = <<-EOT
    Whether the roles can manage the environments' budgets (AWS Budgets). Use `true` if an environment has the root
    module's `budget`.
  EOT
  type        = bool
  default     = false
  nullable    = false
}
