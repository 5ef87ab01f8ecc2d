variable "name" {
  description = "Domain name, such as `hooks.example.com`."
  type        = string
  nullable    = false
}

variable "certificate_arn" {
  description = "ARN of the certificate in ACM, in the region of the API."
  type        = string
  nullable    = false
}

variable "mutual_tls" {
  description = <<-EOT
    Certificate authorities of the clients, as a PEM file in S3: its URI, and optionally the version of the object.
    Clients without a certificate of them cannot connect. null accepts all clients.
  EOT
  type = object({
    truststore_uri     = string
    truststore_version = optional(string)
  })
  default = null
}

variable "api_id" {
  description = "Id of the REST API or HTTP API."
  type        = string
  nullable    = false
}

variable "stage_name" {
  description = "Name of the API's stage."
  type        = string
  nullable    = false
}
