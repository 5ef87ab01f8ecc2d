//! Rejected requests, from the log of the ingest function.

use anyhow::Result;
use aws_sdk_cloudwatchlogs::Client;
use hookline_event_log::{EventEntry, EventStatus, event_key, event_position, received_time};
use serde_json::Value;
use time::OffsetDateTime;

use super::listed::ListOptions;
use super::logged_event::LoggedEvent;
use crate::event_trace::{milliseconds, written_at};
use crate::logs::{LogRange, newest};
use crate::target::Target;

/// The outcome code of a rejected request.
const OUTCOME: &str = "rejected";
/// The reason code of a request for a source that does not exist.
const UNKNOWN_SOURCE: &str = "unknown_source";

/// How much later than its line the time can be that CloudWatch gives to the line.
const SLACK_MS: i64 = 10_000;

/// Returns the newest rejected requests of one or all known sources: at least one more than the limit, if there are as many.
pub(super) async fn find(target: &Target, options: &ListOptions) -> Result<Vec<LoggedEvent>> {
    let source = options.source.as_deref();
    let range = LogRange {
        group: &target.resources.log_group_names.ingest,
        from: milliseconds(&options.since).unwrap_or_default(),
        until: milliseconds(&options.until).map(|until| until.saturating_add(SLACK_MS)),
        pattern: Some(pattern(source)),
        limit: options.limit.saturating_add(1),
    };
    newest(&Client::new(&target.sdk), range, |line| {
        let request = request(line.message.as_deref()?, line.timestamp)?;
        let is_in_range = (&options.since..=&options.until).contains(&&request.event.received);
        (is_in_range && source.is_none_or(|source| source == request.event.source)).then_some(request)
    })
    .await
}

/// Returns a filter pattern of terms. Terms match in any field; `request` checks the fields.
fn pattern(source: Option<&str>) -> String {
    let source = source.map(|source| format!(" \"{source}\"")).unwrap_or_default();
    format!("\"{OUTCOME}\"{source}")
}

/// Returns the request of a log line, or `None` if the line has another outcome.
fn request(line: &str, timestamp: Option<i64>) -> Option<LoggedEvent> {
    let line: Value = serde_json::from_str(line).ok()?;
    // The name of an unknown source is the choice of an unauthenticated sender.
    if line["outcome"] != OUTCOME || line["reason"] == UNKNOWN_SOURCE {
        return None;
    }
    let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
    let at = i128::from(written_at(&line).or(timestamp)?) * 1_000_000;
    let received = received_time(OffsetDateTime::from_unix_timestamp_nanos(at).ok()?);
    let (source, id) = (text("source"), text("request_id"));
    let event = EventEntry {
        event: event_key(&source, &id),
        position: event_position(&received, &id),
        status: EventStatus::Rejected,
        reason: Some(text("reason")),
        http_status: line["status"].as_u64().and_then(|status| status.try_into().ok()),
        request_id: id.clone(),
        id,
        source,
        received,
        ..EventEntry::default()
    };
    Some(LoggedEvent { event, attempts: Vec::new(), is_complete: true })
}

#[cfg(test)]
mod tests {
    use hookline_event_log::Status;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_rejected_request_is_an_event_with_its_reason() {
        let line = json!({
            "timestamp": "2026-01-02T03:04:05.678Z", "outcome": "rejected", "source": "github", "request_id": "r-1",
            "status": 401, "reason": "signature_mismatch",
        });
        let request = super::request(&line.to_string(), None).unwrap();
        assert_eq!(
            (request.event.received.as_str(), request.event.http_status),
            ("2026-01-02T03:04:05.678Z", Some(401))
        );
        assert_eq!(
            (request.event.reason.as_deref(), request.summary().status),
            (Some("signature_mismatch"), Status::Rejected)
        );
        let unknown = json!({ "outcome": "rejected", "reason": "unknown_source", "source": "\u{1b}[31m" });
        let accepted = json!({ "outcome": "accepted", "reason": "rejected" });
        for other in [accepted.to_string(), unknown.to_string(), "START".to_owned()] {
            assert_eq!(super::request(&other, Some(0)), None, "{other}");
        }
        assert_eq!(milliseconds("2026-01-02T03:04:05.678Z"), Some(1_767_323_045_678));
    }
}
