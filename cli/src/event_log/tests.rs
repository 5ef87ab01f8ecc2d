//! The calls of the event log, with a server that responds like AWS.

mod lists;
mod tails;

use std::sync::{Arc, Mutex};

use hookline_event_log::{Entry, EventEntry, Outcome, event_key, event_position};
use serde_json::{Value, json};

use super::filter::EventFilter;
use super::listed::ListOptions;
pub(crate) use super::logged_event::tests::{event, later};
use super::table::EventLog;
use crate::aws::fake::{Call, FakeAws, FakeIndex, Response, configuration, ok, unexpected};
use crate::event_trace::milliseconds;

/// An event log in a server that responds like AWS.
pub(crate) struct Fixture {
    pub(crate) aws: FakeAws,
    pub(crate) index: FakeIndex,
    pub(crate) log: EventLog,
    lines: Lines,
}

/// The lines of ingest's log, with their times in milliseconds since 1970.
type Lines = Arc<Mutex<Vec<(i64, String)>>>;

impl Fixture {
    /// Starts a server for a deployment with these sources.
    pub(crate) async fn start(sources: &'static [&'static str]) -> Self {
        let (index, lines) = (FakeIndex::default(), Lines::default());
        let state = (index.clone(), Arc::clone(&lines));
        let (aws, target) = FakeAws::start(move |call| {
            let response = respond(&call, sources, &state);
            async move { response }
        })
        .await;
        let log = EventLog::find(target).await.unwrap();
        Self { aws, index, log, lines }
    }

    /// Adds an event of source `github` for each second, and returns the ids.
    pub(crate) fn add_events(&self, seconds: std::ops::Range<u32>) -> Vec<String> {
        seconds.map(|second| self.add(at(second))).collect()
    }

    /// Adds an event, and returns its id.
    pub(crate) fn add(&self, event: EventEntry) -> String {
        let id = event.id.clone();
        self.index.add(&Entry::Event(Box::new(event)));
        id
    }

    /// Adds a rejected request of a source to the log of ingest.
    fn add_rejected(&self, second: u32, source: &str) {
        self.add_rejected_later(second, source, 0);
    }

    /// Adds a rejected request whose line has a time of CloudWatch that is some milliseconds later than its own.
    fn add_rejected_later(&self, second: u32, source: &str, later_ms: i64) {
        let timestamp = time(second);
        let line = json!({
            "timestamp": timestamp, "outcome": "rejected", "source": source, "request_id": format!("r-{second}"),
            "status": 401, "reason": "signature_mismatch",
        });
        self.lines.lock().unwrap().push((milliseconds(&timestamp).unwrap() + later_ms, line.to_string()));
    }
}

fn respond(call: &Call, sources: &[&str], (index, lines): &(FakeIndex, Lines)) -> Response {
    let filtered = |request: &Value| {
        let bound = |name: &str, or: i64| request[name].as_i64().unwrap_or(or);
        let range = bound("startTime", 0)..=bound("endTime", i64::MAX);
        let mut lines = lines.lock().unwrap().clone();
        lines.retain(|(at, _)| range.contains(at));
        lines.sort();
        let lines: Vec<_> = lines.iter().map(|(at, line)| json!({ "timestamp": at, "message": line })).collect();
        ok(&json!({ "events": lines }))
    };
    match call.operation.as_str() {
        "Query" => index.query(&call.body),
        "FilterLogEvents" => filtered(&call.body),
        _ => configuration(call, sources).unwrap_or_else(|| unexpected(call)),
    }
}

/// Returns a time some seconds after the beginning of a day.
fn time(second: u32) -> String {
    format!("2026-01-02T{:02}:{:02}:{:02}.000Z", second / 3600, second / 60 % 60, second % 60)
}

/// Returns an event of source `github` that was received at this second of a day.
pub(crate) fn at(second: u32) -> EventEntry {
    let (id, received) = (format!("e-{second}"), time(second));
    EventEntry {
        event: event_key("github", &id),
        position: event_position(&received, &format!("request-{second}")),
        request_id: format!("request-{second}"),
        id,
        received,
        ..event("1", 1, Outcome::Delivered)
    }
}

/// Returns options that list the whole day.
pub(crate) fn options(limit: usize) -> ListOptions {
    ListOptions {
        source: None,
        since: "2026-01-02T00:00:00.000Z".to_owned(),
        until: "2026-01-02T23:59:59.999Z".to_owned(),
        filter: EventFilter::default(),
        payload: None,
        limit,
        max_entries: None,
    }
}
