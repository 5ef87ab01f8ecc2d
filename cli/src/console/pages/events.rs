//! The events of the event log: search by conditions, newest first.

use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use hookline_event_log::{Status, received_time};
use serde::Serialize;
use time::OffsetDateTime;
use url::form_urlencoded;

use super::selected::value;
use crate::console::application::{Console, LIVE, Reply};
use crate::console::fields::Fields;
use crate::console::render::Page;
use crate::console::times::Shown;
use crate::event_log::{EventFilter, ListOptions, Listed, LoggedEvent, PayloadFilter, SharedIds};
use crate::event_trace::milliseconds;

pub(super) const PATH: &str = "/events";
/// Events of a page.
const LIMIT: usize = 50;
/// Entries of each source that are searched for a page. Then the page links to the rest of the search.
const MAX_ENTRIES: usize = 2000;
/// The same if the payload of each event has to be read.
const MAX_ENTRIES_WITH_PAYLOADS: usize = 500;
/// The times to search: text of the form, seconds.
const TIMES: [(&str, &str, u64); 5] = [
    ("1h", "last hour", 3600),
    ("6h", "last 6 hours", 6 * 3600),
    ("1d", "last day", 86_400),
    ("7d", "last 7 days", 7 * 86_400),
    ("90d", "last 90 days", 90 * 86_400),
];
/// How far back a list goes that is read again every few seconds.
const LIVE_SECONDS: u64 = 600;
/// The conditions that a link to older events keeps.
const CONDITIONS: [&str; 6] = ["source", "type", "status", "destination", "filter", "since"];

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::console) struct View {
    /// Whether the deployment has an event log.
    is_on: bool,
    form: Form,
    rows: Vec<Row>,
    /// The query of the page with older events.
    older: Option<String>,
    /// The time where the search of this page has ended, if it has not found as many events as a page shows.
    searched_to: Option<String>,
    /// The query of the same page with the list that stays current, or without it.
    live: String,
    is_live: bool,
}

/// The search form with the conditions of the request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
struct Form {
    sources: Vec<String>,
    statuses: Vec<&'static str>,
    destinations: Vec<String>,
    times: Vec<(&'static str, &'static str)>,
    source: String,
    event_type: String,
    status: String,
    destination: String,
    filter: String,
    since: String,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Row {
    id: String,
    request: String,
    source: String,
    event_type: String,
    received: Shown,
    status: &'static str,
    /// `good`, `wait`, `bad` or `plain`.
    class: &'static str,
    size: String,
    /// Reason, replay and destinations.
    details: String,
    is_rejected: bool,
    /// The value of a form that selects the request.
    value: String,
}

impl View {
    /// Returns what the page shows without an event log.
    pub(in crate::console) fn off() -> Self {
        let (form, live) = (Form::default(), String::new());
        Self { is_on: false, form, rows: Vec::new(), older: None, searched_to: None, live, is_live: false }
    }

    /// Returns what the page shows of a list.
    pub(in crate::console) fn new(
        fields: &Fields,
        sources: &[String],
        destinations: Vec<String>,
        listed: &Listed,
        now_ms: i64,
    ) -> Self {
        let is_live = fields.get(LIVE).is_some();
        let last = listed.events.last().map(|logged| &logged.event.received);
        let last = listed.searched_to.as_ref().or(last).filter(|_| listed.has_more && !is_live);
        let shared = SharedIds::of(&listed.events);
        let live = if is_live { query(fields, None) } else { query(fields, Some((LIVE, "1"))) };
        Self {
            is_on: true,
            form: Form::new(fields, sources, destinations),
            rows: listed.events.iter().map(|logged| Row::new(logged, &shared, now_ms)).collect(),
            older: last.map(|last| query(fields, Some(("until", last)))),
            searched_to: listed.searched_to.clone(),
            live,
            is_live,
        }
    }

    /// Returns the page.
    pub(in crate::console) fn page(&self) -> Page {
        let page = Page::new(PATH, "Events", "events", self);
        Page { is_live: self.is_live, ..page }
    }
}

impl Form {
    fn new(fields: &Fields, sources: &[String], destinations: Vec<String>) -> Self {
        let text = |name| fields.get(name).unwrap_or_default().to_owned();
        let mut sources = sources.to_vec();
        // The address can name a source that was removed from the configuration.
        sources.extend(fields.get("source").map(str::to_owned).filter(|source| !sources.contains(source)));
        Self {
            sources,
            statuses: Status::ALL.map(Status::name).to_vec(),
            destinations,
            times: TIMES.map(|(value, label, _)| (value, label)).to_vec(),
            source: text("source"),
            event_type: text("type"),
            status: text("status"),
            destination: text("destination"),
            filter: text("filter"),
            since: fields.get("since").unwrap_or("1d").to_owned(),
        }
    }
}

impl Row {
    fn new(logged: &LoggedEvent, shared: &SharedIds, now_ms: i64) -> Self {
        let (event, status) = (&logged.event, logged.summary().status);
        let received = Shown::milliseconds(milliseconds(&event.received).unwrap_or_default(), now_ms);
        Self {
            id: event.id.clone(),
            request: event.request_id.clone(),
            source: event.source.clone(),
            event_type: event.r#type.clone(),
            status: status.name(),
            class: class(status),
            size: event.size.map(|size| size.to_string()).unwrap_or_default(),
            details: logged.details_among(shared),
            is_rejected: status == Status::Rejected,
            value: value(logged, received.text()),
            received,
        }
    }
}

/// Returns the class of a status.
pub(in crate::console) fn class(status: Status) -> &'static str {
    match status {
        Status::Delivered => "good",
        Status::Pending | Status::Retrying => "wait",
        Status::DeadLettered | Status::Rejected => "bad",
        Status::Filtered => "plain",
    }
}

fn query(fields: &Fields, added: Option<(&str, &str)>) -> String {
    let kept = CONDITIONS.iter().filter_map(|name| Some((*name, fields.get(name)?)));
    form_urlencoded::Serializer::new(String::new()).extend_pairs(kept.chain(added)).finish()
}

pub(super) async fn show(console: &Console, fields: &Fields) -> Result<Reply> {
    let Some(log) = console.event_log().await? else {
        return Ok(Reply::Page(View::off().page()));
    };
    let destinations = log.destinations().map(str::to_owned).collect();
    let options = options(fields)?;
    // The search of ingest's log for rejected requests takes long, so it is made only if the operator selects them.
    let listed = match options.filter.status {
        Some(Status::Rejected) => log.list(&options).await?,
        _ => log.list_events(&options).await?,
    };
    let now_ms = i64::try_from(crate::clock::unix_milliseconds())?;
    Ok(Reply::Page(View::new(fields, log.sources(), destinations, &listed, now_ms).page()))
}

fn options(fields: &Fields) -> Result<ListOptions> {
    let now = SystemTime::now();
    let since = fields.get("since").unwrap_or("1d");
    let seconds = TIMES.iter().find(|(value, ..)| *value == since).map_or(86_400, |(.., seconds)| *seconds);
    let seconds = if fields.get(LIVE).is_some() { seconds.min(LIVE_SECONDS) } else { seconds };
    let since = now.checked_sub(Duration::from_secs(seconds)).unwrap_or(SystemTime::UNIX_EPOCH);
    let status = fields.get("status").map(|name| Status::ALL.into_iter().find(|status| status.name() == name));
    let payload: Option<PayloadFilter> = fields
        .get("filter")
        .map(str::parse)
        .transpose()
        .context("the condition about the payload is invalid: go back and correct it")?;
    let max_entries = if payload.is_some() { MAX_ENTRIES_WITH_PAYLOADS } else { MAX_ENTRIES };
    Ok(ListOptions {
        source: fields.get("source").map(str::to_owned),
        since: received_time(OffsetDateTime::from(since)),
        until: fields.get("until").map_or_else(|| received_time(now.into()), str::to_owned),
        filter: EventFilter {
            status: status.flatten(),
            event_type: fields.get("type").map(str::to_owned),
            destination: fields.get("destination").map(str::to_owned),
        },
        payload,
        limit: LIMIT,
        max_entries: Some(max_entries),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_read_from_the_query() {
        let fields =
            Fields::parse(b"source=github&type=github.*&status=dead_lettered&filter=%2Fa%3D1&until=2026&live=1");
        let read = options(&fields).unwrap();
        assert_eq!((read.source.as_deref(), read.until.as_str()), (Some("github"), "2026"));
        assert_eq!(read.filter.status, Some(Status::DeadLettered));
        assert!(
            read.payload.is_some() && read.max_entries == Some(500) && options(&Fields::parse(b"filter=a")).is_err()
        );
        assert_eq!(
            query(&fields, Some(("until", "2025"))),
            "source=github&type=github.*&status=dead_lettered&filter=%2Fa%3D1&until=2025"
        );
        let (hour, always) = (options(&Fields::parse(b"since=1h")).unwrap(), options(&Fields::default()).unwrap());
        assert!(always.since < hour.since && always.filter.status.is_none());
    }
}
