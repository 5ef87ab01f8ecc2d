# The API: its type, the custom domain and the firewall. The throttle is in variables_limits.tf, and the settings of one
# source are in variables_sources.tf.

variable "api_type" {
  description = <<-EOT
    Type of the API in API Gateway: `rest` or `http`. The REST API supports a firewall (`web_acl_arn`), `allowed_ips` of
    sources, traces, and error responses in Hookline's format. The HTTP API costs $1.00 instead of $3.50 per million
    requests and checks tokens with its own JWT authorizer. Both have the same routes. Without `domain`, a new type
    means a new URL, which every sender must learn.
  EOT
  type        = string
  default     = "rest"
  nullable    = false

  validation {
    condition     = contains(["rest", "http"], var.api_type)
    error_message = "api_type must be `rest` or `http`; it is `${var.api_type}`."
  }

  validation {
    condition = var.api_type != "http" || alltrue([for source in var.sources : source.allowed_ips == null])
    error_message = format(
      "api_type = \"http\" has no resource policy for addresses. Remove allowed_ips of %s, or set api_type = \"rest\".",
      join(", ", [for name, source in var.sources : name if source.allowed_ips != null]),
    )
  }
}

variable "domain" {
  description = <<-EOT
    Custom domain of the API: its name, the ARN of a certificate in ACM in the same region, and optionally `mutual_tls`
    with the certificate authorities of the clients, a PEM file in S3. The domain then is the only host of the API. The
    output `domain_target` has the values for its DNS record. null means API Gateway's own host name.
  EOT
  type = object({
    name            = string
    certificate_arn = string
    mutual_tls = optional(object({
      truststore_uri     = string
      truststore_version = optional(string)
    }))
  })
  default = null

  validation {
    condition = var.domain == null || can(regex(
      "^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", var.domain.name,
    ))
    error_message = <<-EOT
      domain.name must be a domain name in lower case without scheme and path, such as hooks.example.com; it is
      `${try(var.domain.name, "null")}`.
    EOT
  }

  validation {
    condition = var.domain == null || can(regex(
      "^arn:[a-z-]+:acm:${var.region}:[0-9]{12}:certificate/.+$", var.domain.certificate_arn,
    ))
    error_message = <<-EOT
      domain.certificate_arn must be the ARN of an ACM certificate in ${var.region}; it is
      `${try(var.domain.certificate_arn, "null")}`. The domain is regional, so API Gateway needs a certificate of its
      own region.
    EOT
  }

  validation {
    condition = (
      try(var.domain.mutual_tls, null) == null ||
      can(regex("^s3://[a-z0-9][a-z0-9.-]+/.+$", var.domain.mutual_tls.truststore_uri))
    )
    error_message = <<-EOT
      domain.mutual_tls.truststore_uri must be the URI of a PEM file in S3, such as s3://bucket/clients.pem; it is
      `${try(var.domain.mutual_tls.truststore_uri, "null")}`.
    EOT
  }
}

# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
variable "api_quota" {
  description = <<-EOT
    Resources that AWS allows in the REST API, or routes in the HTTP API. A source needs one, or more if its sender has
    handshakes. AWS raises the quota of one API on request: set the new value when AWS has confirmed it.
  EOT
  type        = number
  default     = 300
  nullable    = false

  validation {
    condition     = var.api_quota >= 300 && floor(var.api_quota) == var.api_quota
    error_message = <<-EOT
      api_quota must be a whole number of at least 300, which AWS allows in every API; it is ${var.api_quota}.
    EOT
  }
}

variable "web_acl_arn" {
  description = <<-EOT
    ARN of a regional web ACL of AWS WAF that checks each request, for instance with a rate limit per address. It must
    exist before the plan. Only for `api_type = "rest"`. null means no firewall.
  EOT
  type        = string
  default     = null

  validation {
    condition = (
      var.web_acl_arn == null ||
      can(regex("^arn:[a-z-]+:wafv2:${var.region}:[0-9]{12}:regional/webacl/.+$", var.web_acl_arn))
    )
    error_message = <<-EOT
      web_acl_arn must be the ARN of a web ACL with the scope REGIONAL in ${var.region}; it is
      `${coalesce(var.web_acl_arn, "null")}`.
    EOT
  }

  validation {
    condition     = var.web_acl_arn == null || var.api_type == "rest"
    error_message = <<-EOT
      web_acl_arn needs api_type = "rest", because AWS WAF does not support HTTP APIs. Remove web_acl_arn, or change the
      type.
    EOT
  }
}
