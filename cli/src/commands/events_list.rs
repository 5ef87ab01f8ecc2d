use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use comfy_table::{Table, presets};

use super::event_conditions::{EventConditions, TimeRange};
use crate::event_log::{EventLog, Listed, LoggedEvent, SharedIds};
use crate::output::{Step, print_line};
use crate::target::Target;

#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    conditions: EventConditions,
    /// Only events that were sent to this destination
    #[arg(long, value_name = "NAME")]
    destination: Option<String>,
    #[command(flatten)]
    range: TimeRange,
    /// Maximum number of events
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl List {
    pub(super) async fn run(self, target: Target) -> Result<ExitCode> {
        let log = EventLog::find(target).await?;
        self.conditions.note_removed_source(&log);
        let step = Step::start("search the event log");
        let listed = log.list(&self.conditions.list(&self.range, self.destination, self.limit)).await?;
        step.done(&format!("{} events", listed.events.len()));
        if self.json {
            let rows: Vec<_> = listed.events.iter().map(LoggedEvent::json).collect();
            print_line(format_args!("{}", serde_json::to_string_pretty(&rows)?));
            if let Some(hint) = more(&listed) {
                eprintln!("{hint}");
            }
        } else {
            print_line(format_args!("{}", text(&listed)));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Formats the events as a table.
pub(super) fn text(listed: &Listed) -> String {
    if listed.events.is_empty() {
        return "no matching events in this time; --since extends it".to_owned();
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["received", "status", "source", "type", "id", "bytes", "destinations"]);
    let shared = SharedIds::of(&listed.events);
    for logged in &listed.events {
        table.add_row(row(logged, &shared));
    }
    more(listed).into_iter().fold(table.to_string(), |table, hint| format!("{table}\n{hint}"))
}

/// Says how to list the events after the limit, if there are any.
fn more(listed: &Listed) -> Option<String> {
    let last = listed.events.last().filter(|_| listed.has_more)?;
    Some(format!("there are more: add `--until {}`, or --limit", last.event.received))
}

/// Returns the columns of an event: received, status, source, type, id, bytes, destinations.
pub(super) fn row(logged: &LoggedEvent, shared: &SharedIds) -> [String; 7] {
    let (event, status) = (&logged.event, logged.summary().status.name().to_owned());
    let size = event.size.map_or_else(String::new, |size| size.to_string());
    let (source, event_type) = (event.source.clone(), event.r#type.clone());
    [event.received.clone(), status, source, event_type, event.id.clone(), size, logged.details_among(shared)]
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
        insta::assert_snapshot!(text(&Listed { events: events.clone(), has_more: true, ..Listed::default() }));
        assert!(!text(&Listed { events, ..Listed::default() }).contains("more"));
        assert!(text(&Listed::default()).contains("--since"));
    }

    #[test]
    fn events_with_one_id_have_their_keys() {
        let of_caller = |digit: &str, second| {
            let dedup_key = Some(digit.repeat(64));
            logged(EventEntry { dedup_key, ..event("1", second, Outcome::Delivered) })
        };
        let text = text(&Listed { events: vec![of_caller("b", 2), of_caller("a", 1)], ..Listed::default() });
        assert!(
            text.contains("key bbbbbbbbbbbbbbbb, orders") && text.contains("key aaaaaaaaaaaaaaaa, orders"),
            "{text}"
        );
    }
}
