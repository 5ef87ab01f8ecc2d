# The template is valid JSON before rendering, because each placeholder is within a string. So a Rust test can read the
# file and compare its metrics with the metrics that the functions write.

locals {
  dashboard_body = templatefile("${path.module}/dashboard.json.tftpl", {
    service       = var.prefix
    region        = data.aws_region.current.id
    api_4xx       = local.api_metrics.client_errors
    api_5xx       = local.api_metrics.server_errors
    api_dimension = local.api_metrics.dimension
    api           = local.api_metrics.value
    stage         = var.api.stage_name
    ingest        = var.functions.ingest
    process       = var.functions.process
    intake        = var.queues.intake
    retry         = var.queues.retry
    dlq           = var.queues.dlq
    runbook_url   = var.runbook_url

    alarm_links = join(", ", [
      for name in concat(keys(local.alarms), length(var.alarms.silent_sources) > 0 ? ["silent-source"] : []) :
      "[${name}](${var.runbook_url}#${name})"
    ])
  })
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.prefix

  dashboard_body = var.recovery == null ? local.dashboard_body : jsonencode(merge(jsondecode(local.dashboard_body), {
    widgets = concat(jsondecode(local.dashboard_body).widgets, local.recovery_widgets)
  }))
}
