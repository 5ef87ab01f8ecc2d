use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, ensure};
use clap::Args;
use comfy_table::{Table, presets};
use hookline_event_log::{Status, received_time};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::duration::duration;
use crate::event_log::{EventFilter, EventLog, ListOptions, Listed, LoggedEvent, PayloadFilter};
use crate::output::{Step, print_line};
use crate::target::Target;

#[derive(Debug, Args)]
pub(super) struct List {
    /// Show events of this source; `events` is POST /events
    #[arg(long)]
    source: Option<String>,
    /// Show events of this type; * stands for any text
    #[arg(long = "type", value_name = "PATTERN")]
    event_type: Option<String>,
    /// Show events with this status; with --destination, the status at the destination
    #[arg(long, value_parser = status)]
    status: Option<Status>,
    /// Show events that were sent to this destination
    #[arg(long, value_name = "NAME")]
    destination: Option<String>,
    /// Show events whose JSON payload has this value: '/action=opened'. Reads the payload of each event that meets the other
    /// conditions
    #[arg(long, value_name = "/POINTER=VALUE")]
    filter: Option<PayloadFilter>,
    /// How far back to search: 90s, 15m, 6h or 2d
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "1h")]
    since: Duration,
    /// The latest time, in RFC 3339: 2026-01-02T03:04:05Z; default: now
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<OffsetDateTime>,
    /// Maximum number of events
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

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

impl List {
    pub(super) async fn run(self, target: Target) -> Result<ExitCode> {
        let log = EventLog::find(target).await?;
        if let Some(source) = &self.source {
            let names = log.sources().join(", ");
            ensure!(log.sources().contains(source), "source `{source}` is not in the event log, which has {names}");
        }
        let is_json = self.json;
        let step = Step::start("search the event log");
        let listed = log.list(&self.options()).await?;
        step.done(&format!("{} events", listed.events.len()));
        if is_json {
            let rows: Vec<_> = listed.events.iter().map(LoggedEvent::json).collect();
            print_line(format_args!("{}", serde_json::to_string_pretty(&rows)?));
        } else {
            print_line(format_args!("{}", text(&listed)));
        }
        Ok(ExitCode::SUCCESS)
    }

    fn options(self) -> ListOptions {
        let until = self.until.unwrap_or_else(|| SystemTime::now().into());
        let since = until.checked_sub(self.since.try_into().unwrap_or(time::Duration::MAX));
        let filter = EventFilter { status: self.status, event_type: self.event_type, destination: self.destination };
        ListOptions {
            source: self.source,
            since: received_time(since.unwrap_or(OffsetDateTime::UNIX_EPOCH)),
            until: received_time(until),
            filter,
            payload: self.filter,
            limit: self.limit,
        }
    }
}

fn text(listed: &Listed) -> String {
    let Some(last) = listed.events.last() else {
        return "no matching events in this time; --since extends it".to_owned();
    };
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["received", "status", "source", "type", "id", "bytes", "destinations"]);
    for logged in &listed.events {
        let (event, summary) = (&logged.event, logged.summary());
        let size = event.size.map_or_else(String::new, |size| size.to_string());
        let destinations = summary.destinations.iter().filter(|(name, _)| !name.is_empty());
        let destinations = destinations.map(|(name, destination)| format!("{name} {}", destination.status));
        let details = event.reason.clone().into_iter().chain(destinations).collect::<Vec<_>>().join(", ");
        let status = summary.status.name();
        table.add_row([&event.received, status, &event.source, &event.r#type, &event.id, &size, &details]);
    }
    match listed.has_more {
        true => format!("{table}\nthere are more: add `--until {}`, or --limit", last.event.received),
        false => table.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use hookline_event_log::{EventEntry, EventStatus, Outcome};

    use super::*;
    use crate::event_log::tests::event;

    fn logged(event: EventEntry) -> LoggedEvent {
        LoggedEvent { event, attempts: Vec::new(), is_complete: true }
    }

    #[test]
    fn table_has_one_row_per_event() {
        let rejected = EventEntry {
            status: EventStatus::Rejected,
            reason: Some("signature_mismatch".to_owned()),
            r#type: String::new(),
            size: None,
            attempts: Vec::new(),
            ..event("r-1", 2, Outcome::Delivered)
        };
        let events =
            vec![logged(event("3", 3, Outcome::Retried)), logged(rejected), logged(event("1", 1, Outcome::Delivered))];
        insta::assert_snapshot!(text(&Listed { events: events.clone(), has_more: true }));
        assert!(!text(&Listed { events, has_more: false }).contains("more"));
        assert!(text(&Listed { events: Vec::new(), has_more: false }).contains("--since"));
    }

    #[test]
    fn times_and_statuses_are_checked() {
        assert_eq!(status("dead_lettered").unwrap(), Status::DeadLettered);
        let error = status("failed").unwrap_err().to_string();
        assert_eq!(error, "the statuses are pending, delivered, filtered, retrying, dead_lettered, rejected");
        assert!(time("yesterday").is_err() && time("2026-01-02T03:04:05.678+02:00").is_ok());
    }
}
