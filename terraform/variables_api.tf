# Generated from terraform/modules/hookline/variables_api.tf:
# edit that file, then run `.ci/terraform-interface --write`.

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
}

variable "api_quota" {
  description = <<-EOT
    Resources that AWS allows in the REST API, or routes in the HTTP API. A source needs one, or more if its sender has
    handshakes. AWS raises the quota of one API on request: set the new value when AWS has confirmed it.
  EOT
  type        = number
  default     = 300
  nullable    = false
}

variable "web_acl_arn" {
  description = <<-EOT
    ARN of a regional web ACL of AWS WAF that checks each request, for instance with a rate limit per address. It must
    exist before the plan. Only for `api_type = "rest"`. null means no firewall.
  EOT
  type        = string
  default     = null
}
