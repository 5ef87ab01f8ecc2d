//! Events that no route of their source matched, from the log of the process function.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Result;
use aws_sdk_cloudwatchlogs::Client;
use serde_json::{Value, json};

use crate::event_trace::written_at;
use crate::logs::log_events;
use crate::target::Target;

/// The outcome code of a filtered event.
const OUTCOME: &str = "filtered";

/// A filtered event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilteredEvent {
    /// Time in milliseconds since 1970.
    pub time_ms: i64,
    /// Id of the event.
    pub id: String,
    /// Name of the source.
    pub source: String,
    /// Type of the event.
    pub event_type: String,
    /// Each route of the source and the option that does not match.
    pub detail: String,
}

impl FilteredEvent {
    /// Returns the event as a row of JSON output.
    #[must_use]
    pub fn row(&self) -> Value {
        let Self { time_ms, id, source, event_type, detail } = self;
        json!({ "time_ms": time_ms, "id": id, "source": source, "type": event_type, "detail": detail })
    }
}

/// Returns the last filtered events, oldest first.
///
/// # Errors
///
/// If the log group cannot be read.
pub async fn find(target: &Target, source: Option<&str>, since: Duration, limit: usize) -> Result<Vec<FilteredEvent>> {
    let since = SystemTime::now().checked_sub(since).unwrap_or(UNIX_EPOCH);
    let since = since.duration_since(UNIX_EPOCH)?.as_millis().try_into()?;
    let client = Client::new(&target.sdk);
    let group = &target.resources.log_group_names.process;
    // The pattern matches the code in any field; `event` checks the field.
    let lines = log_events(&client, group, since, Some(format!("\"{OUTCOME}\""))).await?;
    let lines = lines.iter().map(|line| (line.message.as_deref().unwrap_or_default(), line.timestamp));
    Ok(last(lines.filter_map(|(line, timestamp)| event(line, timestamp)), source, limit))
}

/// Returns the event of a log line, or `None` if the line has another outcome.
fn event(line: &str, timestamp: Option<i64>) -> Option<FilteredEvent> {
    let line: Value = serde_json::from_str(line).ok()?;
    if line["outcome"] != OUTCOME {
        return None;
    }
    let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
    Some(FilteredEvent {
        time_ms: written_at(&line).or(timestamp).unwrap_or_default(),
        id: text("event_id"),
        source: text("source"),
        event_type: text("type"),
        detail: text("detail"),
    })
}

fn last(events: impl Iterator<Item = FilteredEvent>, source: Option<&str>, limit: usize) -> Vec<FilteredEvent> {
    let mut events: Vec<_> = events.filter(|event| source.is_none_or(|source| event.source == source)).collect();
    events.sort_by_key(|event| event.time_ms);
    events.split_off(events.len().saturating_sub(limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(second: u32, outcome: &str, source: &str) -> String {
        let detail = "no route matches: `orders` (filter)";
        json!({
            "timestamp": format!("2026-01-02T03:04:{second:02}.000Z"), "level": "INFO", "outcome": outcome,
            "event_id": format!("e-{second}"), "source": source, "type": "github.push", "detail": detail,
        })
        .to_string()
    }

    #[test]
    fn reads_lines_of_filtered_events() {
        let expected = FilteredEvent {
            time_ms: 1_767_323_046_000,
            id: "e-6".to_owned(),
            source: "github".to_owned(),
            event_type: "github.push".to_owned(),
            detail: "no route matches: `orders` (filter)".to_owned(),
        };
        assert_eq!(event(&line(6, "filtered", "github"), None), Some(expected.clone()));
        assert_eq!(expected.row()["source"], "github");
        for other in [line(6, "delivered", "filtered"), "\"filtered\"".to_owned(), "START".to_owned()] {
            assert_eq!(event(&other, None), None, "{other}");
        }
    }

    #[test]
    fn returns_the_last_events_of_a_source() {
        let lines = [
            line(3, "filtered", "github"),
            line(1, "filtered", "github"),
            line(2, "filtered", "billing"),
            line(4, "delivered", "github"),
        ];
        let ids = |source, limit| {
            let events = lines.iter().filter_map(|line| event(line, None));
            last(events, source, limit).iter().map(|event| event.id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(ids(None, 20), ["e-1", "e-2", "e-3"]);
        assert_eq!(ids(None, 2), ["e-2", "e-3"]);
        assert_eq!(ids(Some("github"), 20), ["e-1", "e-3"]);
        assert!(ids(Some("none"), 20).is_empty());
    }
}
