//! The time line of one event, from the logs.

use std::time::Duration;

use anyhow::Result;
use serde::Serialize;

use crate::console::application::{Console, Reply};
use crate::console::fields::Fields;
use crate::console::render::Page;
use crate::event_trace::{self, LogEntry};

pub(super) const PATH: &str = "/event";
/// How far back the logs are searched.
const SINCE: Duration = Duration::from_secs(24 * 60 * 60);
/// The longest id; ids of senders are shorter.
const MAX_ID_CHARACTERS: usize = 256;

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::console) struct View {
    /// The id; empty before a search.
    id: String,
    source: String,
    event_type: String,
    steps: Vec<Step>,
}

/// One log line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Step {
    offset: String,
    component: &'static str,
    outcome: String,
    /// `good`, `wait`, `bad` or `plain`.
    class: &'static str,
    detail: String,
}

impl View {
    /// Returns what the page shows of the log lines of an event.
    pub(in crate::console) fn new(id: &str, entries: &[LogEntry]) -> Self {
        let first = entries.first().map(|entry| entry.time_ms).unwrap_or_default();
        let text = |name: &str| entries.iter().find_map(|entry| entry.fields[name].as_str()).unwrap_or_default();
        let step = |entry: &LogEntry| {
            let outcome = event_trace::outcome(entry);
            Step {
                offset: event_trace::offset(entry.time_ms - first),
                component: entry.component,
                class: class(outcome),
                outcome: outcome.to_owned(),
                detail: event_trace::details(&entry.fields).join(", "),
            }
        };
        Self {
            id: id.to_owned(),
            source: text("source").to_owned(),
            event_type: text("type").to_owned(),
            steps: entries.iter().map(step).collect(),
        }
    }

    /// Returns the page.
    pub(in crate::console) fn page(&self) -> Page {
        let title = if self.id.is_empty() { "Find an event".to_owned() } else { format!("Event {}", self.id) };
        Page::new(PATH, title, "event", self)
    }
}

fn class(outcome: &str) -> &'static str {
    match outcome {
        "accepted" | "delivered" | "already_delivered" => "good",
        "retried" | "deferred" => "wait",
        "dead_lettered" | "rejected" | "failed" => "bad",
        _ => "plain",
    }
}

pub(super) async fn show(console: &Console, fields: &Fields) -> Result<Reply> {
    let id: String = fields.get("id").unwrap_or_default().trim().chars().take(MAX_ID_CHARACTERS).collect();
    // A quotation mark would end the pattern of the search.
    let entries = match id.is_empty() || id.contains(['"', '\\']) {
        true => Vec::new(),
        false => event_trace::find(&console.target, &id, SINCE).await?,
    };
    Ok(Reply::Page(View::new(&id, &entries).page()))
}
