# Saved queries for the functions' logs. The CloudWatch console has them under Logs Insights, Saved queries.

locals {
  queries = {
    event-by-id = {
      log_groups = [var.log_groups.ingest, var.log_groups.process]
      text       = <<-EOT
        # All log lines of both functions for one event. Replace EVENT_ID with the event's id.
        fields @timestamp, outcome, source, type, destination, attempt, reason, duration_ms, retry_in_seconds, detail
        | filter event_id = "EVENT_ID"
        | sort @timestamp asc
      EOT
    }
    rejections-by-reason = {
      log_groups = [var.log_groups.ingest]
      text       = <<-EOT
        # Rejected requests by reason and source. The response to the sender does not contain the reason.
        filter outcome = "rejected"
        | stats count(*) as rejections by reason, source, status
        | sort rejections desc
      EOT
    }
    slowest-destinations = {
      log_groups = [var.log_groups.process]
      text       = <<-EOT
        # Duration and number of attempts by destination and outcome, slowest first.
        filter ispresent(destination) and outcome in ["delivered", "retried", "dead_lettered"]
        | stats count(*) as attempts, pct(duration_ms, 50) as p50_ms, pct(duration_ms, 95) as p95_ms
            by destination, kind, outcome, reason
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
