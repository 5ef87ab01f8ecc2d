//! One event: its requests and attempts in the event log, its payload, and the lines of the logs.

use std::time::Duration;

use anyhow::{Context, Result};
use hookline_event_log::{Attempt, Status};
use serde::Serialize;
use serde_json::Value;
use tokio::time::timeout;

use super::events::class as status_class;
use crate::clock::unix_milliseconds;
use crate::console::application::{Console, Reply};
use crate::console::fields::Fields;
use crate::console::payload::ShownPayload;
use crate::console::render::Page;
use crate::console::times::Shown;
use crate::event_log::{LoggedEvent, Payload, PayloadError};
use crate::event_trace::{self, LogEntry, milliseconds};

pub(super) const PATH: &str = "/event";
/// How far back the logs are searched.
const SINCE: Duration = Duration::from_secs(24 * 60 * 60);
/// How long the page waits for the search, which reads much of a busy deployment's logs.
const LOGS_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest id, as ingest allows it.
const MAX_ID_CHARACTERS: usize = 1024;
/// Requests of one event that are shown.
const MAX_REQUESTS: usize = 20;

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::console) struct View {
    /// The id; empty before a search.
    id: String,
    source: String,
    event_type: String,
    steps: Vec<Step>,
    /// Why there are no log lines; empty otherwise.
    log_problem: String,
    logged: Option<Logged>,
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

/// The event in the event log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::console) struct Logged {
    status: &'static str,
    class: &'static str,
    /// The request that is shown.
    request: String,
    received: String,
    /// The beginning of its key, which tells events with the same id apart.
    key: String,
    /// Whether another request was named, which the log no longer has.
    is_gone: bool,
    requests: Vec<RequestRow>,
    /// Names and values.
    facts: Vec<(&'static str, String)>,
    attempts: Vec<AttemptRow>,
    headers: Vec<(String, String)>,
    payload: Option<ShownPayload>,
    /// Why there is no payload.
    problem: String,
    /// The destinations that the event can be sent to.
    destinations: Vec<String>,
}

/// A request of the event: of the sender, or a replay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct RequestRow {
    request: String,
    source: String,
    received: Shown,
    status: &'static str,
    class: &'static str,
    is_replay: bool,
    is_shown: bool,
    /// Whether it is of another event with the same id.
    is_other_event: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct AttemptRow {
    at: String,
    destination: String,
    number: u32,
    outcome: String,
    class: &'static str,
    reason: String,
    duration_ms: u64,
    next: String,
}

impl View {
    /// Returns what the page shows of an event: its log lines, and its entry in the event log.
    pub(in crate::console) fn new(id: &str, entries: &[LogEntry], logged: Option<Logged>) -> Self {
        let first = entries.first().map(|entry| entry.time_ms).unwrap_or_default();
        let text = |name: &str| entries.iter().find_map(|entry| entry.fields[name].as_str()).unwrap_or_default();
        let fact = |name: &str| {
            let facts = logged.iter().flat_map(|logged| &logged.facts);
            facts.filter(|(key, _)| *key == name).map(|(_, value)| value.clone()).next()
        };
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
            source: fact("source").unwrap_or_else(|| text("source").to_owned()),
            event_type: fact("type").unwrap_or_else(|| text("type").to_owned()),
            steps: entries.iter().map(step).collect(),
            log_problem: String::new(),
            logged,
        }
    }

    /// Returns the page.
    pub(in crate::console) fn page(&self) -> Page {
        Page::new(super::events::PATH, title(&self.id), "event", self)
    }
}

impl Logged {
    /// Returns what the page shows of a request and of the other requests of its event.
    pub(in crate::console) fn new(
        shown: &LoggedEvent,
        requests: &[LoggedEvent],
        payload: Result<&Payload, &PayloadError>,
        destinations: Vec<String>,
        now_ms: i64,
    ) -> Self {
        let (event, status) = (&shown.event, shown.summary().status);
        let mut facts = vec![
            ("source", event.source.clone()),
            ("type", event.r#type.clone()),
            ("received", received(shown, now_ms).text().to_owned()),
            ("bytes", event.size.map(|size| size.to_string()).unwrap_or_default()),
            ("content type", event.content_type.clone().unwrap_or_default()),
            ("reason", event.reason.clone().unwrap_or_default()),
            ("replay", event.replay.clone().unwrap_or_default()),
            ("request", event.request_id.clone()),
            ("deduplication key", event.dedup_key.clone().unwrap_or_default()),
            ("trace", event.trace_id.clone().unwrap_or_default()),
        ];
        facts.retain(|(_, value)| !value.is_empty());
        let message = payload.ok().and_then(|payload| serde_json::from_str::<Value>(&payload.message).ok());
        let headers = message.as_ref().and_then(|message| message["forwardedheaders"].as_object());
        let header = |(name, value): (&String, &Value)| (name.clone(), value.as_str().unwrap_or_default().to_owned());
        Self {
            status: status.name(),
            class: status_class(status),
            request: event.request_id.clone(),
            received: received(shown, now_ms).text().to_owned(),
            key: shown.key().unwrap_or_default().to_owned(),
            is_gone: false,
            requests: requests
                .iter()
                .take(MAX_REQUESTS)
                .map(|request| RequestRow::new(request, shown, now_ms))
                .collect(),
            facts,
            attempts: shown.all_attempts().map(AttemptRow::new).collect(),
            headers: headers.into_iter().flatten().map(header).collect(),
            payload: payload.ok().map(|payload| ShownPayload::of_bytes(&payload.bytes)),
            problem: payload.err().map(ToString::to_string).unwrap_or_default(),
            destinations,
        }
    }
}

impl RequestRow {
    fn new(logged: &LoggedEvent, shown: &LoggedEvent, now_ms: i64) -> Self {
        let status: Status = logged.summary().status;
        Self {
            request: logged.event.request_id.clone(),
            source: logged.event.source.clone(),
            received: received(logged, now_ms),
            status: status.name(),
            class: status_class(status),
            is_replay: logged.event.replay.is_some(),
            is_shown: logged == shown,
            is_other_event: !logged.is_same_event(shown),
        }
    }
}

impl AttemptRow {
    fn new(attempt: &Attempt) -> Self {
        let outcome = serde_json::to_value(attempt.outcome).ok();
        let outcome = outcome.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
        Self {
            at: attempt.at.clone(),
            destination: attempt.destination.clone(),
            number: attempt.number,
            class: class(&outcome),
            outcome,
            reason: attempt.reason.clone().unwrap_or_default(),
            duration_ms: attempt.duration_ms,
            next: attempt.retry_in_seconds.map(|seconds| format!("{seconds} s")).unwrap_or_default(),
        }
    }
}

fn received(logged: &LoggedEvent, now_ms: i64) -> Shown {
    Shown::milliseconds(milliseconds(&logged.event.received).unwrap_or_default(), now_ms)
}

fn class(outcome: &str) -> &'static str {
    match outcome {
        "accepted" | "delivered" | "already_delivered" => "good",
        "retried" | "deferred" => "wait",
        "dead_lettered" | "rejected" | "failed" => "bad",
        _ => "plain",
    }
}

/// Returns the id of a query; empty before a search.
pub(super) fn id(fields: &Fields) -> String {
    fields.get("id").unwrap_or_default().trim().chars().take(MAX_ID_CHARACTERS).collect()
}

/// Returns the title of the page.
pub(super) fn title(id: &str) -> String {
    if id.is_empty() { "Find an event".to_owned() } else { format!("Event {id}") }
}

pub(super) async fn show(console: &Console, fields: &Fields) -> Result<Reply> {
    let id = id(fields);
    if id.is_empty() {
        return Ok(Reply::Page(View::new(&id, &[], None).page()));
    }
    let entries = timeout(LOGS_TIMEOUT, event_trace::find(&console.target, &id, SINCE));
    let (entries, logged) = tokio::join!(Box::pin(entries), Box::pin(find(console, &id, fields)));
    let (entries, logged) = (entries.context("CloudWatch Logs did not respond within 10 s").flatten(), logged?);
    // The event log is enough for the page.
    let (entries, log_problem) = match entries {
        Ok(entries) => (entries, String::new()),
        Err(error) if logged.is_some() => (Vec::new(), format!("{error:#}")),
        Err(error) => return Err(error),
    };
    Ok(Reply::Page(View { log_problem, ..View::new(&id, &entries, logged) }.page()))
}

/// Finds the event in the event log: the request of the query, or the newest one.
async fn find(console: &Console, id: &str, fields: &Fields) -> Result<Option<Logged>> {
    let Some(log) = console.event_log().await? else { return Ok(None) };
    let destinations = log.destinations().map(str::to_owned).collect();
    let requests = log.events(id, fields.get("source")).await?;
    let request = fields.get("request");
    let Some(shown) = chosen(&requests, request) else { return Ok(None) };
    let payload = log.payload(&shown.event).await;
    let now_ms = i64::try_from(unix_milliseconds())?;
    let logged = Logged::new(shown, &requests, payload.as_ref(), destinations, now_ms);
    let is_gone = request.is_some_and(|request| request != shown.event.request_id);
    Ok(Some(Logged { is_gone, ..logged }))
}

fn chosen<'r>(requests: &'r [LoggedEvent], request: Option<&str>) -> Option<&'r LoggedEvent> {
    let named = request.and_then(|id| requests.iter().find(|logged| logged.event.request_id == id));
    named.or_else(|| requests.first())
}

#[cfg(test)]
mod tests {
    use hookline_event_log::Outcome;

    use super::*;
    use crate::event_log::tests::event;

    #[test]
    fn the_request_of_the_query_or_the_newest_is_shown() {
        let logged =
            |id: &str| LoggedEvent { event: event(id, 1, Outcome::Delivered), attempts: Vec::new(), is_complete: true };
        let requests = [logged("2"), logged("1")];
        let shown = |request| chosen(&requests, request).map(|logged| logged.event.request_id.as_str());
        assert_eq!(
            [shown(None), shown(Some("request-1")), shown(Some("x"))],
            [Some("request-2"), Some("request-1"), Some("request-2")]
        );
        assert_eq!(chosen(&[], None), None);
    }
}
