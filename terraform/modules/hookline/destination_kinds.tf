# The kinds of destinations with their options, and the forms of the options' values. destination_rules.tf uses them.

locals {
  # All kinds with their options. functions/process has the same table, and a test compares both.
  kind_options = {
    discord     = ["template"]
    email       = ["from", "subject", "template", "to"]
    eventbridge = ["bus"]
    firehose    = ["stream"]
    http = [
      "audience", "auth", "auth_header", "body", "compression", "forward_headers", "headers", "method", "region",
      "scope", "service", "signed", "success", "token_endpoint_auth_method", "token_url", "url",
    ]
    lambda          = ["function"]
    microsoft-teams = ["template"]
    s3              = ["bucket", "format", "prefix"]
    slack           = ["blocks", "template"]
    sns             = ["group", "subject", "topic"]
    sqs             = ["group", "queue"]
    stepfunctions   = ["state_machine"]
    telegram        = ["chat", "template", "thread"]
  }

  # Options that only the permissions use, so the environment of process does not contain them.
  permission_options = {
    email = ["configuration_set", "identity"]
    http  = ["api"]
    s3    = ["kms_key"]
    sns   = ["kms_key"]
    sqs   = ["kms_key"]
  }

  supported_options = {
    for kind, options in local.kind_options : kind => sort(concat(options, lookup(local.permission_options, kind, [])))
  }

  # Options of each destination, independent of its kind.
  destination_options = ["kind", "timeout_seconds", "give_up_after_hours"]

  # Options that are not in the environment of process as they are.
  other_options = concat(local.destination_options, flatten(values(local.permission_options)))

  # The function has the same defaults, so they are not in its environment.
  option_defaults = {
    auth        = "none"
    auth_header = "X-API-Key"
    blocks      = false
    format      = "exact"
    group       = "{{ event.source }}"
    method      = "POST"
    prefix      = "events/"
    region      = var.region
    service     = "execute-api"
    signed      = false

    token_endpoint_auth_method = "client_secret_basic"
  }

  # Options with few values.
  option_values = {
    auth        = ["none", "bearer", "basic", "header", "oauth2_client_credentials", "sigv4", "mtls"]
    compression = ["gzip"]
    format      = ["exact", "ndjson"]
    method      = ["POST", "PUT", "PATCH"]

    token_endpoint_auth_method = ["client_secret_basic", "client_secret_post"]
  }

  # The kinds whose address is a credential, or that need a token. With these values of `auth`, `http` needs one too.
  secret_kinds = ["discord", "microsoft-teams", "slack", "telegram"]
  secret_auths = ["basic", "bearer", "header", "mtls", "oauth2_client_credentials"]

  # The option of each kind that has the ARN of its receiver.
  arn_options = {
    firehose      = "stream"
    lambda        = "function"
    s3            = "bucket"
    sns           = "topic"
    sqs           = "queue"
    stepfunctions = "state_machine"
  }

  # Kinds without resource policies, so that a receiver in another account could not allow the role of process.
  own_account_kinds = ["firehose", "stepfunctions"]

  # What follows the partition in these ARNs. The region and the account can be others than those of the deployment.
  arn_place = "[a-z0-9-]+:[0-9]{12}"
  arn_patterns = {
    firehose      = "firehose:${local.arn_place}:deliverystream/[A-Za-z0-9_.-]{1,64}"
    lambda        = "lambda:${local.arn_place}:function:[A-Za-z0-9_-]{1,64}(:(\\$LATEST|[A-Za-z0-9_-]{1,128}))?"
    s3            = "s3:::[a-z0-9][a-z0-9-]{1,61}[a-z0-9]"
    sns           = "sns:${local.arn_place}:([A-Za-z0-9_-]{1,256}|[A-Za-z0-9_-]{1,251}\\.fifo)"
    sqs           = "sqs:${local.arn_place}:([A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\\.fifo)"
    stepfunctions = "states:${local.arn_place}:stateMachine:[A-Za-z0-9_-]{1,80}(:[A-Za-z0-9_-]{1,80})?"
  }
  arn_examples = {
    firehose      = "firehose:${local.arn_tail}:deliverystream/events"
    lambda        = "lambda:${local.arn_tail}:function:orders"
    s3            = "s3:::example-archive"
    sns           = "sns:${local.arn_tail}:orders"
    sqs           = "sqs:${local.arn_tail}:orders"
    stepfunctions = "states:${local.arn_tail}:stateMachine:orders"
  }

  # Region, account, API ID, stage, method and path, without wildcards. The URL of the API has the same parts, except
  # for the stage `$default`, which is not a part of the path.
  api_pattern = join("", [
    "^${local.arn_prefix}:execute-api:(?P<region>[a-z0-9-]+):[0-9]{12}:(?P<id>[a-z0-9]+)/",
    "(?P<stage>\\$default|[A-Za-z0-9_-]+)/(?P<method>[A-Z]+)/(?P<path>[A-Za-z0-9._~%!$&'()+,;=:@/-]*)$",
  ])
  api_url_pattern = "^https://(?P<id>[a-z0-9]+)\\.execute-api\\.(?P<region>[a-z0-9-]+)\\.[a-z.]+(?P<path>/[^?]*)?"

  api_example = "${local.arn_prefix}:execute-api:${local.arn_tail}:a1b2c3d4e5/prod/POST/hooks"

  kms_key_pattern = "^${local.arn_prefix}:kms:[a-z0-9-]+:[0-9]{12}:key/(mrk-)?[0-9a-f-]{32,36}$"
  kms_key_example = "${local.arn_prefix}:kms:${local.arn_tail}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
}

# The forms of single values.
locals {
  # An absolute URL with a host and an optional port from 1 to 65535, without user, password and fragment.
  host_pattern = join("|", [
    "\\[[0-9A-Fa-f:.]+\\]",
    "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*",
  ])
  port_pattern = join("|", [
    "[1-9][0-9]{0,3}", "[1-5][0-9]{4}", "6[0-4][0-9]{3}", "65[0-4][0-9]{2}", "655[0-2][0-9]", "6553[0-5]",
  ])
  url_pattern = "^https?://(${local.host_pattern})(:(?:${local.port_pattern}))?([/?][^\\s#]*)?$"

  # The IPv4 address of a plain HTTP URL.
  http_address_pattern = "^http://((?:(?:0|[1-9][0-9]{0,2})\\.){3}(?:0|[1-9][0-9]{0,2}))(?:[:/?]|$)"

  # One e-mail address as process parses it: no second address and no header can be in it.
  email_pattern = "^[0-9A-Za-z._+=/'~-]+@[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)+$"

  bus_pattern = "^(arn:[a-z-]+:events:[a-z0-9-]+:[0-9]{12}:event-bus/)?[A-Za-z0-9._/-]{1,256}$"

  # Headers that the connection, the event or the tracing sets, and headers with credentials.
  reserved_headers = [
    "authorization", "connection", "content-encoding", "content-length", "content-type", "cookie", "host",
    "proxy-authorization", "traceparent", "transfer-encoding",
  ]
  event_header_pattern = "^(ce|hookline|webhook)-"

  # Headers with credentials, which `headers` must not have. No event carries them, as in crates/event, nor those of the
  # connection.
  credential_header_pattern = join("|", [
    "^(api-key", "apikey", "authorization", "cookie", "private-token", "set-cookie", "x-access-token",
    "x-amz-security-token", "x-api-key", "x-auth-token", "x-vault-token", "proxy-.*)$",
  ])
  connection_header_pattern = join("|", [
    "^(connection", "content-.*", "expect", "host", "keep-alive", "te", "traceparent", "tracestate", "trailer",
    "transfer-encoding", "upgrade)$",
  ])

  # Statuses that can count as a delivery in addition to 2xx, and those that never do, as in process: rejected
  # credentials, and requests to wait.
  status_pattern   = "^([34][0-9]{2})(?:-([34][0-9]{2}))?$"
  never_successful = [401, 407, 408, 425, 429]

  # The id of a chat, which is negative for groups, or the name of a public channel or group.
  # https://core.telegram.org/bots/api#sendmessage
  chat_pattern = "^(-?[1-9][0-9]{0,18}|@[A-Za-z][A-Za-z0-9_]{3,31})$"

  # Characters that S3 recommends for keys, and `=` for partitions. `*` would be a wildcard in the function's policy.
  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
  prefix_pattern = "^([A-Za-z0-9!_.'()=-]+/)*[A-Za-z0-9!_.'()=-]*$"

  # Only attributes of the event can be in headers. The values in a body are JSON already.
  header_names_pattern = "\\{[{%][^{}]*\\bpayload\\b"
  body_filters_pattern = "\\|\\s*(e|escape|safe|tojson)\\b|autoescape"

  # Complete expressions, statements and comments of a template. What is left of it must not begin another one.
  template_block_pattern = "/(?s)\\{\\{.*?\\}\\}|\\{%.*?%\\}|\\{#.*?#\\}/"
}
