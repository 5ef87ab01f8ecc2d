use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, ensure};
use clap::Args;
use serde_json::json;

use crate::clock::unix_milliseconds;
use crate::duration::duration;
use crate::event_log::{EventLog, SharedIds, keys};
use crate::event_trace::{self, LogEntry};
use crate::output::{Step, print_line};
use crate::target::{Target, TargetOptions};

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
        let step = Step::start(format!("search the logs for {event_id}"));
        let age = age(&target, &event_id).await.unwrap_or_else(|error| {
            eprintln!("the event log cannot be read, so --since decides how far back the logs are searched: {error:#}");
            Duration::ZERO
        });
        let entries = event_trace::find(&target, &event_id, since.max(age)).await?;
        step.done(&format!("{} entries", entries.len()));
        ensure!(
            !entries.is_empty(),
            "no log entry for event `{event_id}`: logs arrive after some seconds, and --since extends the search. A \
             rejected request has a request id only. The dead-letter queue may have the event: `hookline dlq show {event_id}`"
        );
        if json {
            let rows: Vec<_> = entries.iter().map(row).collect();
            print_line(format_args!("{}", serde_json::to_string_pretty(&rows)?));
        } else {
            print_line(format_args!("{}", event_trace::timeline(&entries)));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Returns the time since the first request of the event, from the event log; zero if the log does not have the event.
async fn age(target: &Target, event_id: &str) -> Result<Duration> {
    let configuration = target.delivery_configuration().await?;
    let Some(log) = EventLog::of(target.clone(), configuration).await? else { return Ok(Duration::ZERO) };
    let events = log.events(event_id, None).await?;
    if !SharedIds::of(&events).is_empty() {
        let keys = Vec::from_iter(keys(&events)).join(", ");
        eprintln!(
            "several events have this id, and the lines are of all of them; `hookline events show {event_id} --key` shows one of {keys}"
        );
    }
    let received = events.last().and_then(|logged| event_trace::milliseconds(&logged.event.received));
    let received = received.and_then(|milliseconds| u64::try_from(milliseconds).ok());
    // The API's line of the request is earlier than the receive.
    let age = received.map(|received| unix_milliseconds().saturating_sub(received) + 60_000);
    Ok(Duration::from_millis(age.unwrap_or_default()))
}

fn row(entry: &LogEntry) -> serde_json::Value {
    let LogEntry { time_ms, component, fields } = entry;
    json!({ "time_ms": time_ms, "component": component, "fields": fields })
}
