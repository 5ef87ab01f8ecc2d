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
    service     = keys(local.api_patterns)

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

  # The services that `auth = "sigv4"` can call, and the form of `api` for each: what follows the service in the ARN,
  # without wildcards.
  api_path = "[A-Za-z0-9._~%!$&'()+,;=:@/-]"
  api_patterns = {
    aoss = "(?P<region>[a-z0-9-]+):[0-9]{12}:collection/(?P<id>[a-z0-9]{3,40})"
    es   = "(?P<region>[a-z0-9-]+):[0-9]{12}:domain/(?P<id>[a-z][a-z0-9-]{2,27})/(?P<path>${local.api_path}+)"
    execute-api = join("/", [
      "(?P<region>[a-z0-9-]+):[0-9]{12}:(?P<id>[a-z0-9]+)", "(?P<stage>\\$default|[A-Za-z0-9_-]+)",
      "(?P<method>[A-Z]+)", "(?P<path>${local.api_path}*)",
    ])
    lambda = "(?P<region>[a-z0-9-]+):[0-9]{12}:function:[A-Za-z0-9_-]{1,64}(?::[A-Za-z0-9_-]{1,128})?"
  }
  api_forms = {
    aoss        = "one collection"
    es          = "one path of a domain"
    execute-api = "one method"
    lambda      = "the function or alias that has the URL"
  }
  api_examples = {
    aoss        = "aoss:${local.arn_tail}:collection/07tjusf2h91cunochc"
    es          = "es:${local.arn_tail}:domain/orders/events/_doc"
    execute-api = "execute-api:${local.arn_tail}:a1b2c3d4e5/prod/POST/hooks"
    lambda      = "lambda:${local.arn_tail}:function:orders"
  }

  # The URLs that AWS gives to them have some of the parts of the ARN. The stage `$default` is not a part of the path. A
  # domain can have another name in DNS, and its path is then the same.
  api_url_patterns = {
    aoss = "^https://(?P<id>[a-z0-9]+)\\.(?P<region>[a-z0-9-]+)\\.aoss\\."
    es = join("", [
      "^https://(?:search-(?P<id>[a-z0-9-]+)-[a-z0-9]+\\.(?P<region>[a-z0-9-]+)\\.es\\.)?[^/?]+", "(?P<path>/[^?]*)?",
    ])
    execute-api = "^https://(?P<id>[a-z0-9]+)\\.execute-api\\.(?P<region>[a-z0-9-]+)\\.[a-z.]+(?P<path>/[^?]*)?"
    lambda      = "^https://[a-z0-9]+\\.lambda-url\\.(?P<region>[a-z0-9-]+)\\."
  }

  kms_key_pattern = "^${local.arn_prefix}:kms:[a-z0-9-]+:[0-9]{12}:key/(mrk-)?[0-9a-f-]{32,36}$"
  kms_key_example = "${local.arn_prefix}:kms:${local.arn_tail}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
}

# The forms of single values.
locals {
  # An absolute URL with a host and an optional port from 1 to 65535, without user, password and fragment. For process,
  # a host whose last part is a number is an IPv4 address: https://url.spec.whatwg.org/#host-parsing. So the last part
  # of a name begins with a letter, as in the public DNS. Terraform cannot decode Punycode (`xn--`), so only process
  # checks it.
  octet_pattern = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
  ipv4_pattern  = "(?:${local.octet_pattern}\\.){3}${local.octet_pattern}"

  # Eight groups of hexadecimal digits, or fewer before and after `::`. An IPv4 address can stand for the last two.
  ipv6_group = "[0-9A-Fa-f]{1,4}"
  ipv6_end   = "(?:${local.ipv6_group}:${local.ipv6_group}|${local.ipv4_pattern})"
  ipv6_pattern = join("|", concat(["(?:${local.ipv6_group}:){6}${local.ipv6_end}"], [
    for before in range(8) : join("::", [
      before == 0 ? "" : "${local.ipv6_group}(?::${local.ipv6_group}){${before - 1}}",
      before == 7 ? "" : before == 6 ? "(?:${local.ipv6_group})?" :
      "(?:(?:${local.ipv6_group}:){0,${5 - before}}${local.ipv6_end}|${local.ipv6_group})?",
    ])
  ]))

  host_pattern = join("|", [
    "\\[(?:${local.ipv6_pattern})\\]", local.ipv4_pattern,
    "(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\\.)*[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?",
  ])
  port_pattern = join("|", [
    "[1-9][0-9]{0,3}", "[1-5][0-9]{4}", "6[0-4][0-9]{3}", "65[0-4][0-9]{2}", "655[0-2][0-9]", "6553[0-5]",
  ])
  url_pattern = "^https?://(${local.host_pattern})(:(?:${local.port_pattern}))?([/?][^\\s#]*)?$"

  # For the validation of a variable: with an error, Terraform prints each text in its condition, and only the length of
  # a list.
  url_patterns = [local.url_pattern]

  # The forms of the host, for error messages.
  host_forms = "an IPv4 address, an IPv6 address in brackets, or a name whose last part begins with a letter"

  # The IPv4 address of a plain HTTP URL.
  http_address_pattern = "^http://(${local.ipv4_pattern})(?:[:/?]|$)"

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

  # The id of a chat, which is negative for groups and has at most 52 bits, or the name of a public channel or group.
  # https://core.telegram.org/bots/api#sendmessage, https://core.telegram.org/bots/api#chat
  chat_pattern = "^(-?[1-9][0-9]{0,15}|@[A-Za-z][A-Za-z0-9_]{3,31})$"

  # The ids of messages, and so those of threads, have 32 bits: https://core.telegram.org/constructor/message
  max_thread = 2147483647

  # Characters that S3 recommends for keys, and `=` for partitions. `*` would be a wildcard in the function's policy.
  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
  prefix_pattern = "^([A-Za-z0-9!_.'()=-]+/)*[A-Za-z0-9!_.'()=-]*$"

  # Only attributes of the event can be in headers. The values in a body are JSON already.
  header_names_pattern = "\\{[{%][^{}]*\\bpayload\\b"
  body_filters_pattern = "(\\||\\{%[+-]?\\s*filter\\s)\\s*(e|escape|safe|tojson)\\b|autoescape"

  # The attributes of an event in templates.
  event_attributes = ["id", "source", "type", "time", "dedup_key"]

  # Messages do not have these filters, because process escapes all values.
  message_filters_pattern = "(\\||\\{%[+-]?\\s*filter\\s)\\s*(e|escape|safe)\\b"

  # Complete expressions, statements and comments of a template. What is left of it must not begin another one.
  template_block_pattern = "/(?s)\\{\\{.*?\\}\\}|\\{%.*?%\\}|\\{#.*?#\\}/"

  # Complete expressions and statements, in which names and filters count.
  template_code_pattern = "(?s)\\{\\{.*?\\}\\}|\\{%.*?%\\}"
}
