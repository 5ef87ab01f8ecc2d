output "target" {
  description = "DNS name and hosted zone for an alias record of the domain name."
  value = {
    dns_name       = aws_apigatewayv2_domain_name.this.domain_name_configuration[0].target_domain_name
    hosted_zone_id = aws_apigatewayv2_domain_name.this.domain_name_configuration[0].hosted_zone_id
  }
}
