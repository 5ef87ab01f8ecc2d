use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, ensure};
use clap::Args;
use hookline_event_log::{Attempt, EventStatus};
use serde_json::json;

use crate::clock::unix_milliseconds;
use crate::duration::duration;
use crate::event_log::{EventLog, LoggedEvent, SharedIds, keys};
use crate::event_trace::{self, LogEntry};
use crate::output::{Step, print_line};
use crate::target::{Target, TargetOptions};

/// The component of entries that come from the index of the event log.
const INDEX: &str = "event_log";

#[derive(Debug, Args)]
pub(super) struct Trace {
    /// Id of the event, from the sender's 202 response
    event_id: String,
    /// How far back to search the logs: 90s, 15m, 6h or 2d. With an event log, at least to the receive of the event
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "1d")]
    since: Duration,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    target: TargetOptions,
}

impl Trace {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let Self { event_id, target, since, json } = self;
        ensure!(!event_id.is_empty(), "the id of the event is empty");
        let target = target.find().await?;
        let entries = find(&target, &event_id, since).await?;
        if json {
            let rows: Vec<_> = entries.iter().map(row).collect();
            print_line(format_args!("{}", serde_json::to_string_pretty(&rows)?));
        } else {
            print_line(format_args!("{}", event_trace::timeline(&entries)));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Returns the log entries of an event, oldest first. Without any, they come from the event log.
async fn find(target: &Target, event_id: &str, since: Duration) -> Result<Vec<LogEntry>> {
    let step = Step::start(format!("search the logs for {event_id}"));
    let logged = logged(target, event_id).await.unwrap_or_else(|error| {
        eprintln!("the event log cannot be read, so --since decides how far back the logs are searched: {error:#}");
        Vec::new()
    });
    let mut entries = event_trace::find(target, event_id, since.max(age(&logged))).await?;
    step.done(&format!("{} entries", entries.len()));
    if entries.is_empty() && !logged.is_empty() {
        eprintln!(
            "the logs have no line of event `{event_id}` (any more): this is what the event log has; `hookline events \
             show {event_id}` has its payload"
        );
        entries = entries_of(&logged);
    }
    ensure!(
        !entries.is_empty(),
        "no log entry for event `{event_id}`: logs arrive after some seconds, and --since extends the search. A \
         rejected request has a request id only. The dead-letter queue may have the event: `hookline dlq show {event_id}`"
    );
    Ok(entries)
}

/// Returns the requests of the event from the event log, newest first; none if the log does not have the event.
async fn logged(target: &Target, event_id: &str) -> Result<Vec<LoggedEvent>> {
    let configuration = target.delivery_configuration().await?;
    let Some(log) = EventLog::of(target.clone(), configuration).await? else { return Ok(Vec::new()) };
    let events = log.events(event_id, None).await?;
    if !SharedIds::of(&events).is_empty() {
        let keys = Vec::from_iter(keys(&events)).join(", ");
        eprintln!(
            "several events have this id, and the lines are of all of them; `hookline events show {event_id} --key` shows one of {keys}"
        );
    }
    Ok(events)
}

/// Returns the time since the first request of the event; zero if the event log does not have the event.
fn age(events: &[LoggedEvent]) -> Duration {
    let received = events.last().and_then(|logged| event_trace::milliseconds(&logged.event.received));
    let received = received.and_then(|milliseconds| u64::try_from(milliseconds).ok());
    // The API's line of the request is earlier than the receive.
    let age = received.map(|received| unix_milliseconds().saturating_sub(received) + 60_000);
    Duration::from_millis(age.unwrap_or_default())
}

/// Returns the requests and their attempts as entries of a timeline, oldest first. Their fields have the names of the log's
/// fields.
fn entries_of(logged: &[LoggedEvent]) -> Vec<LogEntry> {
    let entry = |time: &str, fields| LogEntry {
        time_ms: event_trace::milliseconds(time).unwrap_or_default(),
        component: INDEX,
        fields,
    };
    let mut entries: Vec<_> = logged.iter().rev().flat_map(|logged| {
        let LoggedEvent { event, is_complete, .. } = logged;
        let outcome = if event.status == EventStatus::Filtered { "filtered" } else { "accepted" };
        let received = json!({
            "outcome": outcome, "event_id": event.id, "source": event.source, "type": event.r#type, "reason": event.reason,
            "request_id": event.request_id, "trace_id": event.trace_id, "replay": event.replay,
        });
        let received = is_complete.then(|| entry(&event.received, received));
        let attempts = logged.all_attempts().map(|attempt| {
            let Attempt { destination, outcome, reason, number, at, duration_ms, retry_in_seconds, .. } = attempt;
            let fields = json!({
                "outcome": outcome, "event_id": event.id, "source": event.source, "request_id": event.request_id,
                "destination": destination, "reason": reason, "attempt": number, "duration_ms": duration_ms,
                "retry_in_seconds": retry_in_seconds,
            });
            entry(at, fields)
        });
        received.into_iter().chain(attempts).collect::<Vec<_>>()
    }).collect();
    entries.sort_by_key(|entry| entry.time_ms);
    entries
}

fn row(entry: &LogEntry) -> serde_json::Value {
    let LogEntry { time_ms, component, fields } = entry;
    json!({ "time_ms": time_ms, "component": component, "fields": fields })
}

#[cfg(test)]
mod tests {
    use hookline_event_log::{Entry, Outcome};

    use super::*;
    use crate::aws::fake::{Call, FakeAws, FakeIndex, Response, configuration, ok, unexpected};
    use crate::event_log::tests::{event, later};

    fn respond(call: &Call, index: &FakeIndex) -> Response {
        match call.operation.as_str() {
            "Query" => index.query(&call.body),
            "FilterLogEvents" => ok(&json!({ "events": [] })),
            _ => configuration(call, &["github"]).unwrap_or_else(|| unexpected(call)),
        }
    }

    /// Returns a deployment whose logs have no lines, and whose event log has this event.
    async fn deployment(logged: &LoggedEvent) -> Target {
        let index = FakeIndex::default();
        index.add(&Entry::Event(Box::new(logged.event.clone())));
        logged.attempts.iter().for_each(|attempt| index.add(&Entry::Attempt(Box::new(attempt.clone()))));
        let (_, target) = FakeAws::start(move |call| {
            let response = respond(&call, &index);
            async move { response }
        })
        .await;
        target
    }

    fn failed() -> LoggedEvent {
        let event = event("e-1", 1, Outcome::Retried);
        let attempts = vec![later(&event, Outcome::Retried, 2, 20), later(&event, Outcome::DeadLettered, 3, 50)];
        LoggedEvent { event, attempts, is_complete: true }
    }

    #[tokio::test]
    async fn event_without_log_lines_has_its_attempts_from_the_event_log() {
        let target = deployment(&failed()).await;
        let found = find(&target, "e-1", Duration::from_secs(60)).await.unwrap();
        insta::assert_snapshot!(event_trace::timeline(&found));
        assert!(found.iter().all(|entry| row(entry)["component"] == "event_log"));
        let error = find(&target, "e-2", Duration::from_secs(60)).await.unwrap_err().to_string();
        assert!(error.starts_with("no log entry for event `e-2`"), "{error}");
    }
}
