//! The life of one event, out of the logs of the API and of both functions.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Result;
use aws_sdk_cloudwatchlogs::Client;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::stack::log_events;
use crate::target::Target;

/// One line of a log.
#[derive(Debug, Clone)]
pub(crate) struct Moment {
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    /// `api`, `ingest` or `process`.
    pub(crate) part: &'static str,
    pub(crate) line: Value,
}

/// Everything that the logs say of an event, the oldest first; nothing if they do not know it. What was said of its request
/// before it had an id belongs to it too.
pub(crate) async fn of(target: &Target, event_id: &str, since: Duration) -> Result<Vec<Moment>> {
    let since = SystemTime::now().checked_sub(since).unwrap_or(UNIX_EPOCH);
    let logs =
        Logs { client: Client::new(&target.sdk), since: since.duration_since(UNIX_EPOCH)?.as_millis().try_into()? };
    let groups = &target.outputs.log_group_names;
    let (ingest, process) = tokio::try_join!(
        logs.lines("ingest", &groups.ingest, "event_id", event_id),
        logs.lines("process", &groups.process, "event_id", event_id)
    )?;
    let requests: BTreeSet<_> = ingest.iter().filter_map(|moment| moment.line["request_id"].as_str()).collect();
    let mut moments = process;
    for request in requests {
        moments.extend(logs.lines("ingest", &groups.ingest, "request_id", request).await?);
        if let Some(group) = &target.outputs.api_log_group_name {
            moments.extend(logs.lines("api", group, "request_id", request).await?);
        }
    }
    moments.sort_by_key(|moment| moment.at);
    Ok(moments)
}

struct Logs {
    client: Client,
    /// Milliseconds since 1970.
    since: i64,
}

impl Logs {
    /// The lines of a group whose member `name` is `value`.
    async fn lines(&self, part: &'static str, group: &str, name: &str, value: &str) -> Result<Vec<Moment>> {
        // The exact words, wherever they stand; which of them are meant is seen below.
        let pattern = format!("\"{value}\"");
        let mut moments = Vec::new();
        for event in log_events(&self.client, group, self.since, Some(pattern)).await? {
            let line: Value = serde_json::from_str(event.message.as_deref().unwrap_or_default()).unwrap_or_default();
            if line[name] == value {
                let at = written_at(&line).or(event.timestamp).unwrap_or_default();
                moments.push(Moment { at, part, line });
            }
        }
        Ok(moments)
    }
}

/// As the function says: CloudWatch's own time may be that of a whole batch of lines.
fn written_at(line: &Value) -> Option<i64> {
    let at = OffsetDateTime::parse(line["timestamp"].as_str()?, &Rfc3339).ok()?;
    Some(at.unix_timestamp() * 1000 + i64::from(at.millisecond()))
}

/// A line a moment, for a person: when, who, what came of it, and what is worth knowing.
pub(crate) fn timeline(moments: &[Moment]) -> String {
    let Some(first) = moments.first() else { return String::new() };
    let text = |name: &str| moments.iter().find_map(|moment| moment.line[name].as_str()).unwrap_or("unknown");
    let mut lines = vec![format!(
        "event {} ({} from {}), trace {}",
        text("event_id"),
        text("type"),
        text("source"),
        text("trace_id")
    )];
    let began = OffsetDateTime::from_unix_timestamp_nanos(i128::from(first.at) * 1_000_000);
    lines.extend(began.ok().and_then(|at| at.format(&Rfc3339).ok()).map(|at| format!("began {at}")));
    lines.extend(moments.iter().map(|Moment { at, part, line }| {
        let outcome = line["outcome"].as_str().unwrap_or("answered");
        format!("{:>9}  {part:<8} {outcome:<18} {}", after(at - first.at), facts(line).join(", ")).trim_end().to_owned()
    }));
    lines.join("\n")
}

fn after(milliseconds: i64) -> String {
    match milliseconds {
        ..10_000 => format!("+{milliseconds} ms"),
        10_000..600_000 => format!("+{} s", milliseconds / 1000),
        _ => format!("+{} min", milliseconds / 60_000),
    }
}

/// What differs from line to line, in the order in which a person asks.
fn facts(line: &Value) -> Vec<String> {
    let number = |name: &str| line[name].as_f64();
    let text = |name: &str| line[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let facts = [
        number("status").map(|status| format!("status {status}")),
        text("destination").map(|destination| format!("to {destination}")),
        text("reason"),
        number("attempt").map(|attempt| format!("attempt {attempt}")),
        number("retry_in_seconds").map(|seconds| format!("again in {seconds} s")),
        number("duration_ms").or(number("latency_ms")).map(|took| format!("took {took:.0} ms")),
        number("age_ms").map(|age| format!("{age:.0} ms after the request")),
        line["cold_start"].as_bool().filter(|cold| *cold).map(|_| "cold start".to_owned()),
        text("detail").or_else(|| text("error")),
    ];
    facts.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_life_is_a_line_a_moment() {
        let moment = |at: i64, part, line| Moment { at: 1_767_323_045_000 + at, part, line };
        let moments = [
            moment(
                0,
                "ingest",
                json!({
                    "outcome": "queued", "event_id": "72d3162e", "source": "github", "type": "github.push", "duration_ms": 12.3,
                    "trace_id": "1-5759e988-bd862e3fe1be46a994272793", "cold_start": true,
                }),
            ),
            moment(3, "api", json!({ "status": 202, "latency_ms": 21 })),
            moment(
                40,
                "process",
                json!({
                    "outcome": "failed", "destination": "orders", "reason": "http_503", "attempt": 1, "retry_in_seconds": 7,
                    "duration_ms": 5.0,
                }),
            ),
            moment(
                12_345,
                "process",
                json!({
                    "outcome": "delivered", "destination": "orders", "attempt": 2, "duration_ms": 4.0, "age_ms": 12_340.0,
                }),
            ),
            moment(1_200_000, "process", json!({ "outcome": "already_delivered", "destination": "orders" })),
        ];
        insta::assert_snapshot!(timeline(&moments));
    }

    #[test]
    fn a_lines_own_time_counts() {
        assert_eq!(written_at(&json!({ "timestamp": "2026-01-02T03:04:05.678Z" })), Some(1_767_323_045_678));
        assert_eq!(written_at(&json!({ "timestamp": "yesterday" })), None);
    }
}
