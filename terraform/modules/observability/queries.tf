# What is asked of the logs again and again, in CloudWatch's console under Logs Insights, Saved queries.

locals {
  queries = {
    event-by-id = {
      log_groups = [var.log_groups.ingest, var.log_groups.process]
      text       = <<-EOT
        # Everything that both functions have logged of one event: put its id in the place of EVENT_ID.
        fields @timestamp, outcome, source, type, destination, attempt, reason, duration_ms, retry_in_seconds, detail
        | filter event_id = "EVENT_ID"
        | sort @timestamp asc
      EOT
    }
    refusals-by-reason = {
      log_groups = [var.log_groups.ingest]
      text       = <<-EOT
        # Why requests are refused, and from which source: the sender never learns it.
        filter outcome = "refused"
        | stats count(*) as refusals by reason, source, status
        | sort refusals desc
      EOT
    }
    slowest-destinations = {
      log_groups = [var.log_groups.process]
      text       = <<-EOT
        # How long each destination takes, and how often it answers with what: the slowest first.
        filter ispresent(destination) and outcome in ["delivered", "failed", "dead_lettered"]
        | stats count(*) as attempts, pct(duration_ms, 50) as p50_ms, pct(duration_ms, 95) as p95_ms by destination, kind, outcome, reason
        | sort p95_ms desc
      EOT
    }
  }
}

resource "aws_cloudwatch_query_definition" "this" {
  for_each = { for name, query in local.queries : name => query if var.saved_queries }

  name            = "${var.prefix}/${each.key}"
  log_group_names = each.value.log_groups
  query_string    = each.value.text
}
