use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use clap::Args;
use hookline_event_log::{Status, received_time};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::event_log::{EventFilter, EventLog, ListOptions, PayloadFilter};

/// The conditions that select events of the event log.
#[derive(Debug, Clone, Args)]
pub(super) struct EventConditions {
    /// Only events of this source; `events` is POST /events
    #[arg(long)]
    pub(super) source: Option<String>,
    /// Only events of this type; * stands for any text
    #[arg(long = "type", value_name = "PATTERN")]
    event_type: Option<String>,
    /// Only events with this status; for one destination, the status there
    #[arg(long, value_parser = status)]
    status: Option<Status>,
    /// Only events whose JSON payload has this value: '/action=opened'. Reads the payload of each event that meets the other
    /// conditions
    #[arg(long, value_name = "/POINTER=VALUE")]
    filter: Option<PayloadFilter>,
}

/// The time in which events were received.
#[derive(Debug, Clone, Args)]
pub(super) struct TimeRange {
    /// How far back to search: 90s, 15m, 6h or 2d; default: 1h
    #[arg(long, value_name = "TIME", value_parser = crate::duration::duration)]
    since: Option<Duration>,
    /// The latest time, in RFC 3339: 2026-01-02T03:04:05Z; default: now
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<OffsetDateTime>,
}

const DEFAULT_SINCE: Duration = Duration::from_secs(3600);

fn status(text: &str) -> Result<Status> {
    let names = || Status::ALL.map(Status::name).join(", ");
    Status::ALL
        .into_iter()
        .find(|status| status.name() == text)
        .with_context(|| format!("the statuses are {}", names()))
}

fn time(text: &str) -> Result<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).context("write a time as 2026-01-02T03:04:05Z")
}

impl EventConditions {
    /// Whether there is a condition apart from the source.
    pub(super) fn has_condition(&self) -> bool {
        self.event_type.is_some() || self.status.is_some() || self.filter.is_some()
    }

    /// Prints a note if the source's events are not logged now. The log still has the earlier events of a source that was
    /// removed.
    pub(super) fn note_removed_source(&self, log: &EventLog) {
        if let Some(note) = self.removed_source(log.sources()) {
            eprintln!("{note}");
        }
    }

    fn removed_source(&self, logged: &[String]) -> Option<String> {
        let source = self.source.as_ref().filter(|source| !logged.contains(source))?;
        let names = logged.join(", ");
        Some(format!(
            "new events of source `{source}` are not logged, only those of {names}: the log has at most its earlier events"
        ))
    }

    /// Returns what to list. `destination` is a destination that the event was sent to.
    pub(super) fn list(self, range: &TimeRange, destination: Option<String>, limit: usize) -> ListOptions {
        let (since, until) = range.times();
        ListOptions {
            source: self.source,
            since,
            until,
            filter: EventFilter { status: self.status, event_type: self.event_type, destination },
            payload: self.filter,
            limit,
            max_entries: None,
        }
    }
}

impl TimeRange {
    /// Returns the range that ends now.
    pub(super) fn last(since: Duration) -> Self {
        Self { since: Some(since), until: None }
    }

    /// Whether the operator gave a time.
    pub(super) fn is_given(&self) -> bool {
        self.since.is_some() || self.until.is_some()
    }

    /// Returns the earliest and the latest time, formatted as in the log.
    fn times(&self) -> (String, String) {
        let until = self.until.unwrap_or_else(|| SystemTime::now().into());
        let since = self.since.unwrap_or(DEFAULT_SINCE).try_into().unwrap_or(time::Duration::MAX);
        let since = until.checked_sub(since).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        (received_time(since), received_time(until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_statuses_are_checked() {
        assert_eq!(status("dead_lettered").unwrap(), Status::DeadLettered);
        let error = status("failed").unwrap_err().to_string();
        assert_eq!(error, "the statuses are pending, delivered, filtered, retrying, dead_lettered, rejected");
        assert!(time("yesterday").is_err() && time("2026-01-02T03:04:05.678+02:00").is_ok());
    }

    #[test]
    fn a_source_that_is_not_logged_now_has_a_note() {
        let note = |source: Option<&str>| {
            let source = source.map(str::to_owned);
            let conditions = EventConditions { source, event_type: None, status: None, filter: None };
            conditions.removed_source(&["github".to_owned(), "events".to_owned()])
        };
        assert_eq!((note(None), note(Some("github"))), (None, None));
        let note = note(Some("removed")).unwrap();
        assert!(note.contains("`removed`") && note.contains("github, events"), "{note}");
    }

    #[test]
    fn the_range_ends_now_or_at_the_given_time() {
        let until = time("2026-01-02T03:04:05Z").unwrap();
        let range = |since| TimeRange { since, until: Some(until) }.times();
        assert_eq!(range(None), ("2026-01-02T02:04:05.000Z".to_owned(), "2026-01-02T03:04:05.000Z".to_owned()));
        assert_eq!(range(Some(Duration::MAX)).0, "1970-01-01T00:00:00.000Z");
        assert!(TimeRange::last(Duration::ZERO).is_given() && !TimeRange { since: None, until: None }.is_given());
    }
}
