# The permissions of process to send to services of AWS: one action for each kind, on the configured resources only. The
# URL of a function needs two.

locals {
  # The ARNs of each kind in use.
  destination_arns = {
    for kind in keys(local.arn_options) : kind => sort(distinct([
      for name, arn in local.arns : arn if var.destinations[name].kind == kind
    ]))
  }

  prefixes = {
    for name, arn in local.arns :
    name => var.destinations[name].prefix == null ? local.option_defaults.prefix : var.destinations[name].prefix
  }
  archive_arns = sort(distinct([
    for name, arn in local.arns : "${arn}/${local.prefixes[name]}*"
    if var.destinations[name].kind == "s3"
  ]))

  # What `auth = "sigv4"` calls, by service.
  api_arns = {
    for service in keys(local.api_patterns) : service => sort(distinct(compact([
      for name, http in local.http_destinations : http.api if local.services[name] == service
    ])))
  }

  # OpenSearch Service has an action for each method.
  domain_actions = { PATCH = "es:ESHttpPatch", POST = "es:ESHttpPost", PUT = "es:ESHttpPut" }

  # Step Functions evaluates the permission for the state machine without its version or alias, which are a condition:
  # https://docs.aws.amazon.com/step-functions/latest/dg/auth-version-alias.html
  state_machines = {
    for arn in local.destination_arns.stepfunctions :
    try(split(":", arn)[7], "") => join(":", slice(split(":", arn), 0, min(7, length(split(":", arn)))))...
  }

  # What the services need from a customer key, which they use with the permissions of the caller.
  # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
  # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
  key_actions = {
    s3  = ["kms:GenerateDataKey"]
    sns = ["kms:Decrypt", "kms:GenerateDataKey"]
    sqs = ["kms:Decrypt", "kms:GenerateDataKey"]
  }
  destination_keys = {
    for kind in keys(local.key_actions) : kind => sort(distinct(compact([
      for destination in var.destinations : destination.kms_key if destination.kind == kind
    ])))
  }

  # It is not certain with which suffix KMS names a service in a partition that has its own.
  service_suffixes = distinct(["amazonaws.com", data.aws_partition.current.dns_suffix])

  destination_statements = concat(
    [
      { sid = "SendToQueues", actions = ["sqs:SendMessage"], resources = local.destination_arns.sqs },
      { sid = "PublishToTopics", actions = ["sns:Publish"], resources = local.destination_arns.sns },
      { sid = "InvokeFunctions", actions = ["lambda:InvokeFunction"], resources = local.destination_arns.lambda },
      { sid = "PutRecords", actions = ["firehose:PutRecord"], resources = local.destination_arns.firehose },
      { sid = "ArchiveEvents", actions = ["s3:PutObject"], resources = local.archive_arns },
      { sid = "InvokeApis", actions = ["execute-api:Invoke"], resources = local.api_arns.execute-api },
      { sid = "CallCollections", actions = ["aoss:APIAccessAll"], resources = local.api_arns.aoss },
      # A call of a function's URL needs both permissions. The second one allows no other calls of the function.
      # https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
      { sid = "CallFunctionUrls", actions = ["lambda:InvokeFunctionUrl"], resources = local.api_arns.lambda },
      {
        sid        = "InvokeFunctionsByUrl"
        actions    = ["lambda:InvokeFunction"]
        resources  = local.api_arns.lambda
        conditions = [{ test = "Bool", variable = "lambda:InvokedViaFunctionUrl", values = ["true"] }]
      },
    ],
    [for method, action in local.domain_actions : {
      sid     = "${title(lower(method))}ToDomains"
      actions = [action]
      resources = sort(distinct([
        for arn in local.api_arns.es : arn if anytrue([
          for name, http in local.http_destinations : http.api == arn && local.methods[name] == method
        ])
      ]))
    }],
    [for qualifier, arns in local.state_machines : {
      sid       = "StartExecutions${index(keys(local.state_machines), qualifier)}"
      actions   = ["states:StartExecution"]
      resources = arns
      conditions = [
        for value in compact([qualifier]) :
        { test = "StringEquals", variable = "states:StateMachineQualifier", values = [value] }
      ]
    }],
    [for kind, keys in local.destination_keys : {
      sid       = "UseKeysOf${title(kind)}"
      actions   = local.key_actions[kind]
      resources = keys
      conditions = [{
        test     = "StringEquals"
        variable = "kms:ViaService"
        values = [
          for pair in setproduct(distinct([for key in keys : try(split(":", key)[3], "")]), local.service_suffixes) :
          "${kind}.${pair[0]}.${pair[1]}"
        ]
      }]
    }],
  )
}
