# Requests that API Gateway throttles. Its metrics do not separate them from other 4xx responses, so they are counted in
# the access log.

locals {
  # A dimension would need a field in each log line, so the namespace separates the deployments.
  throttled_requests = { namespace = "Hookline/${var.prefix}", name = "ThrottledRequests" }
}

# API Gateway does not log all of a large number of 429 responses, so the metric is a lower limit:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-monitor.html
resource "aws_cloudwatch_log_metric_filter" "throttled_requests" {
  count = var.access_log_group == null ? 0 : 1

  name           = "${var.prefix}-throttled-requests"
  log_group_name = var.access_log_group
  pattern        = "{ $.status = 429 }"

  metric_transformation {
    namespace = local.throttled_requests.namespace
    name      = local.throttled_requests.name
    value     = "1"
    unit      = "Count"
  }
}
