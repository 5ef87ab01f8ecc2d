# A custom domain name, so that the URLs of senders do not depend on the API. Version 2 of API Gateway's API maps both
# API types (https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html), so the domain stays
# when the type changes.

resource "aws_apigatewayv2_domain_name" "this" {
  domain_name = var.name

  domain_name_configuration {
    certificate_arn = var.certificate_arn
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_2"
  }

  dynamic "mutual_tls_authentication" {
    for_each = var.mutual_tls[*]

    content {
      truststore_uri     = mutual_tls_authentication.value.truststore_uri
      truststore_version = mutual_tls_authentication.value.truststore_version
    }
  }
}

# The root of the domain, so the path is that of the API: /webhooks/<source>.
resource "aws_apigatewayv2_api_mapping" "this" {
  api_id      = var.api_id
  domain_name = aws_apigatewayv2_domain_name.this.id
  stage       = var.stage_name
}
