//! The trace of one event in the logs of the API and of both functions.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Result;
use aws_sdk_cloudwatchlogs::Client;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::duration::formatted;
use crate::logs::log_events;
use crate::target::Target;

/// Minimum width of the column with the outcome.
const MIN_OUTCOME_WIDTH: usize = 18;

/// The number of requests of an event that are searched for at the same time.
const CONCURRENCY: usize = 4;

/// One log entry of an event.
#[derive(Debug, Clone)]
pub struct LogEntry {
    /// Time in milliseconds since 1970.
    pub time_ms: i64,
    /// `api`, `ingest` or `process`; `event_log` for what only the event log has.
    pub component: &'static str,
    /// Fields of the log line.
    pub fields: Value,
}

/// Returns all log entries of an event, oldest first. They include the entries of its request from before the event had
/// an id.
///
/// # Errors
///
/// If a log group cannot be read.
pub async fn find(target: &Target, event_id: &str, since: Duration) -> Result<Vec<LogEntry>> {
    let since = SystemTime::now().checked_sub(since).unwrap_or(UNIX_EPOCH);
    let logs =
        Logs { client: Client::new(&target.sdk), since: since.duration_since(UNIX_EPOCH)?.as_millis().try_into()? };
    let groups = &target.resources.log_group_names;
    let (ingest, process) = tokio::try_join!(
        logs.entries("ingest", &groups.ingest, "event_id", event_id),
        logs.entries("process", &groups.process, "event_id", event_id)
    )?;
    let requests = ingest.iter().filter_map(|entry| Some(entry.fields["request_id"].as_str()?.to_owned()));
    let logs = &logs;
    let searches = requests.collect::<BTreeSet<_>>().into_iter().flat_map(|request| {
        let api = target.resources.api_log_group_name.as_ref().map(|group| ("api", group));
        let logs_of_request = [Some(("ingest", &groups.ingest)), api].into_iter().flatten();
        logs_of_request.map(move |(component, group)| {
            let request = request.clone();
            async move { logs.entries(component, group, "request_id", &request).await }
        })
    });
    let searches: Vec<_> = searches.collect();
    let mut entries: Vec<_> = stream::iter(searches).buffer_unordered(CONCURRENCY).try_concat().await?;
    entries.extend(process);
    entries.sort_by_key(|entry| entry.time_ms);
    Ok(entries)
}

struct Logs {
    client: Client,
    /// Milliseconds since 1970.
    since: i64,
}

impl Logs {
    /// Returns the entries of a log group whose field `name` is `value`.
    async fn entries(&self, component: &'static str, group: &str, name: &str, value: &str) -> Result<Vec<LogEntry>> {
        let mut entries = Vec::new();
        for event in log_events(&self.client, group, self.since, pattern(value)).await? {
            let line: Value = serde_json::from_str(event.message.as_deref().unwrap_or_default()).unwrap_or_default();
            if line[name] == value {
                let time_ms = written_at(&line).or(event.timestamp).unwrap_or_default();
                entries.push(LogEntry { time_ms, component, fields: line });
            }
        }
        Ok(entries)
    }
}

/// Returns the filter pattern of lines that have the value in any field. A quotation mark would end the pattern, and JSON
/// escapes it and the backslash, so the pattern has the longest part between them.
fn pattern(value: &str) -> Option<String> {
    let part = value.split(['"', '\\']).max_by_key(|part| part.len())?;
    (!part.is_empty()).then(|| format!("\"{part}\""))
}

/// Returns the time that the function logged: CloudWatch's own time may be that of a whole batch of lines.
pub(crate) fn written_at(line: &Value) -> Option<i64> {
    milliseconds(line["timestamp"].as_str()?)
}

/// Returns a time in RFC 3339 as milliseconds since 1970.
pub(crate) fn milliseconds(time: &str) -> Option<i64> {
    let at = OffsetDateTime::parse(time, &Rfc3339).ok()?;
    Some(at.unix_timestamp() * 1000 + i64::from(at.millisecond()))
}

/// Formats the entries as a timeline: time offset, component, outcome and details.
pub fn timeline(entries: &[LogEntry]) -> String {
    let Some(first) = entries.first() else { return String::new() };
    let text = |name: &str| entries.iter().find_map(|entry| entry.fields[name].as_str()).unwrap_or("unknown");
    let mut lines = vec![format!(
        "event {} ({} from {}), trace {}",
        text("event_id"),
        text("type"),
        text("source"),
        text("trace_id")
    )];
    let started = OffsetDateTime::from_unix_timestamp_nanos(i128::from(first.time_ms) * 1_000_000);
    lines.extend(started.ok().and_then(|at| at.format(&Rfc3339).ok()).map(|at| format!("started {at}")));
    let width = entries.iter().map(|entry| outcome(entry).len()).max().unwrap_or_default().max(MIN_OUTCOME_WIDTH);
    lines.extend(entries.iter().map(|entry| {
        let LogEntry { time_ms, component, fields } = entry;
        let outcome = outcome(entry);
        format!(
            "{:>9}  {component:<8} {outcome:<width$} {}",
            offset(time_ms - first.time_ms),
            details(fields).join(", ")
        )
        .trim_end()
        .to_owned()
    }));
    lines.join("\n")
}

pub(crate) fn offset(milliseconds: i64) -> String {
    match milliseconds {
        ..10_000 => format!("+{milliseconds} ms"),
        10_000..600_000 => format!("+{} s", milliseconds / 1000),
        _ => format!("+{} min", milliseconds / 60_000),
    }
}

/// Returns the outcome of an entry. The access log of the API has none.
pub(crate) fn outcome(entry: &LogEntry) -> &str {
    entry.fields["outcome"].as_str().unwrap_or("responded")
}

/// Returns the details of an entry, most important first.
pub(crate) fn details(fields: &Value) -> Vec<String> {
    // A deferred event had no attempt.
    let next = if fields["outcome"] == "deferred" { "next attempt in" } else { "retry in" };
    let number = |name: &str| fields[name].as_f64();
    let text = |name: &str| fields[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let details = [
        number("status").map(|status| format!("status {status}")),
        text("destination").map(|destination| format!("to {destination}")),
        text("reason"),
        number("attempt").map(|attempt| format!("attempt {attempt}")),
        fields["retry_in_seconds"].as_u64().map(|seconds| format!("{next} {}", formatted(seconds))),
        number("duration_ms").or(number("latency_ms")).map(|took| format!("took {took:.0} ms")),
        number("age_ms").map(|age| format!("{age:.0} ms after the request")),
        fields["cold_start"].as_bool().filter(|cold| *cold).map(|_| "cold start".to_owned()),
        text("detail").or_else(|| text("error")),
    ];
    details.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pattern_finds_each_id() {
        let cases = [("order/17", "\"order/17\""), ("a b \"c\" d", "\"a b \""), ("x\\yz", "\"yz\"")];
        for (id, expected) in cases {
            assert_eq!(pattern(id).as_deref(), Some(expected));
        }
        assert_eq!(pattern("\""), None);
    }

    #[test]
    fn formats_one_line_per_entry() {
        let entry =
            |offset: i64, component, fields| LogEntry { time_ms: 1_767_323_045_000 + offset, component, fields };
        let entries = [
            entry(
                0,
                "ingest",
                json!({
                    "outcome": "accepted", "event_id": "72d3162e", "source": "github", "type": "github.push", "duration_ms": 12.3,
                    "trace_id": "1-5759e988-bd862e3fe1be46a994272793", "cold_start": true,
                }),
            ),
            entry(3, "api", json!({ "status": 202, "latency_ms": 21 })),
            entry(
                40,
                "process",
                json!({
                    "outcome": "retried", "destination": "orders", "reason": "http_503", "attempt": 1, "retry_in_seconds": 7,
                    "duration_ms": 5.0,
                }),
            ),
            entry(
                12_345,
                "process",
                json!({
                    "outcome": "delivered", "destination": "orders", "attempt": 2, "duration_ms": 4.0, "age_ms": 12_340.0,
                }),
            ),
            entry(
                60_000,
                "process",
                json!({
                    "outcome": "deferred", "destination": "ledger", "reason": "breaker_open", "retry_in_seconds": 30,
                }),
            ),
            entry(
                90_000,
                "process",
                json!({
                    "outcome": "retried", "destination": "ledger", "reason": "timeout", "attempt": 5,
                    "retry_in_seconds": 10_240, "duration_ms": 5000.0,
                }),
            ),
            entry(100_000, "process", json!({ "outcome": "retry_queue_unavailable", "destination": "ledger" })),
            entry(1_200_000, "process", json!({ "outcome": "already_delivered", "destination": "orders" })),
        ];
        insta::assert_snapshot!(timeline(&entries));
    }

    #[test]
    fn uses_the_logged_time() {
        assert_eq!(written_at(&json!({ "timestamp": "2026-01-02T03:04:05.678Z" })), Some(1_767_323_045_678));
        assert_eq!(written_at(&json!({ "timestamp": "yesterday" })), None);
    }
}
