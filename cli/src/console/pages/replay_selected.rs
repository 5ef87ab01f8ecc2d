//! A replay of several events of the list, with the page before it.

use std::ops::ControlFlow;

use anyhow::{Context, Result, anyhow, ensure};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use serde::Serialize;

use super::events::PATH;
use super::selected::Selected;
use crate::console::application::{Console, Reply};
use crate::console::fields::Fields;
use crate::console::forms::Started;
use crate::console::jobs::Progress;
use crate::console::render::Page;
use crate::event_log::{EventLog, LoggedEvent, Replay, ReplayError, ReplayTo};

/// The most events per second, so that a replay does not overload the destinations.
const RATE: u32 = 20;
/// The notice for a form that is sent again.
const ALREADY_STARTED: &str = "This replay was already started, and nothing was sent now. This page has its progress.";
/// The number of events that are read at the same time.
const CONCURRENCY: usize = 16;

/// Events that an operator wants to send again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::console) struct Confirmation {
    action: &'static str,
    events: Vec<Selected>,
    /// The destination; empty for the routes.
    destination: String,
    rate: u32,
    /// The id of the [form](crate::console::forms), which works once.
    once: String,
}

impl Confirmation {
    /// Reads the form of the list.
    pub(in crate::console) fn parse(fields: &Fields) -> Result<Self> {
        let mut events: Vec<Selected> = Vec::new();
        for selected in fields.all("event").map(Selected::parse) {
            let selected = selected?;
            if !events.iter().any(|event| event.is_same(&selected)) {
                events.push(selected);
            }
        }
        ensure!(!events.is_empty(), "no event is selected: go back and select at least one");
        let destination = match fields.require("to")? {
            "routes" => String::new(),
            _ => fields.require("destination")?.to_owned(),
        };
        let once = fields.get("once").unwrap_or_default().to_owned();
        Ok(Self { action: "replay_selected", events, destination, rate: RATE, once })
    }

    /// Returns the page before the replay.
    pub(in crate::console) fn page(&self) -> Page {
        Page::new(PATH, "Send these events again?", "confirm", self)
    }
}

pub(super) fn confirm(console: &Console, fields: &Fields) -> Result<Reply> {
    let confirmation = Confirmation { once: console.forms.issue(), ..Confirmation::parse(fields)? };
    Ok(Reply::Page(confirmation.page()))
}

pub(super) async fn send(console: &Console, fields: &Fields) -> Result<Reply> {
    let Confirmation { events, destination, once, .. } = Confirmation::parse(fields)?;
    console.check_confirmation(fields.get("workspace"))?;
    let log = console.event_log().await?.context("the event log was switched off meanwhile: no event was sent")?;
    let to = if destination.is_empty() { ReplayTo::Routes } else { ReplayTo::Destination(destination) };
    // The destination is checked before the job starts.
    Replay::new(&log, to.clone())?;
    let started = console.forms.start(&once, || {
        let progress = start_job(console)?;
        Ok((job_path(&progress), progress))
    })?;
    let progress = match started {
        Started::Now(progress) => progress,
        Started::Before(path) => return Ok(Reply::Redirect(path, Some(ALREADY_STARTED.to_owned()))),
    };
    let path = job_path(&progress);
    tokio::spawn(async move { progress.end(send_all(&log, to, events, &progress).await) });
    Ok(Reply::Redirect(path, None))
}

/// Starts the job of a replay. Two at the same time would exceed the rate.
fn start_job(console: &Console) -> Result<Progress> {
    let started = console.jobs.start_alone(PATH, format!("replay events of {}", console.workspace()));
    started.map_err(|id| {
        anyhow!(
            "another replay is running, and no event was sent: its progress is on the page `/job?id={id}`; go back and \
             confirm this one when it has ended"
        )
    })
}

fn job_path(progress: &Progress) -> String {
    format!("/job?id={}", progress.id())
}

/// Sends the events again, oldest first. Returns the result for the operator.
async fn send_all(log: &EventLog, to: ReplayTo, events: Vec<Selected>, progress: &Progress) -> Result<String> {
    let total = events.len();
    progress.advance(0, total);
    let (found, missing) = find_all(log, events).await.context("no event was sent")?;
    let replay = Replay::new(log, to).context("no event was sent")?;
    let mut problems: Vec<String> = Vec::new();
    if !missing.is_empty() {
        problems.push(format!("the event log no longer has {} of them: {}", missing.len(), missing.join(", ")));
    }
    let (mut sent, mut handled) = (0, 0);
    let result = replay.send_all(&found, Some(RATE), |_, result| {
        handled += 1;
        match result {
            Ok(_) => sent += 1,
            Err(error) => problems.push(described(error)),
        }
        progress.advance(missing.len() + handled, total);
        ControlFlow::Continue(())
    });
    let result = result.await;
    if let Err(error) = result {
        problems.extend(early_end(error, found.get(handled..).unwrap_or_default()));
    }
    let detail = format!("sent {sent} of {total} events again as replay {}", replay.id());
    ensure!(problems.is_empty(), "{detail}: {}", problems.join("; "));
    Ok(detail)
}

/// Finds requests in the event log, oldest first. Returns them, and the names of those that the log no longer has.
async fn find_all(log: &EventLog, events: Vec<Selected>) -> Result<(Vec<LoggedEvent>, Vec<String>)> {
    let results: Vec<_> = stream::iter(events)
        .map(async |selected| find(log, selected).await)
        .buffered(CONCURRENCY)
        .try_collect()
        .await?;
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(logged) => found.push(logged),
            Err(name) => missing.push(name),
        }
    }
    found.sort_by(|a, b| a.event.position.cmp(&b.event.position));
    Ok((found, missing))
}

/// Finds a request in the event log. Returns the name of its event if the log no longer has it.
async fn find(log: &EventLog, selected: Selected) -> Result<Result<LoggedEvent, String>> {
    let Selected { id, source, request, .. } = selected;
    let requests = log.events(&id, Some(&source)).await?;
    let found = requests.into_iter().find(|logged| logged.event.request_id == request);
    Ok(found.ok_or_else(|| name(&id, &source)))
}

/// Describes an error that has ended a replay, with the events that were not sent: `left` begins with the event of the error.
fn early_end(error: ReplayError, left: &[LoggedEvent]) -> Vec<String> {
    // The queue can have received an event that it has not confirmed. The error names this event.
    let unknown = usize::from(matches!(error, ReplayError::Queue { .. }));
    let not_sent: Vec<_> =
        left.iter().skip(unknown).map(|logged| name(&logged.event.id, &logged.event.source)).collect();
    let mut problems = vec![described(error)];
    if !not_sent.is_empty() {
        problems.push(format!("not sent: {}", not_sent.join(", ")));
    }
    problems
}

fn name(id: &str, source: &str) -> String {
    format!("`{id}` from {source}")
}

fn described(error: ReplayError) -> String {
    format!("{:#}", anyhow::Error::from(error))
}

#[cfg(test)]
mod tests {
    use hookline_event_log::Outcome;
    use url::form_urlencoded;

    use super::super::selected::value;
    use super::*;
    use crate::event_log::tests::event;

    #[test]
    fn selection_has_the_requests_and_the_destination() {
        let parse = |form: &str| Confirmation::parse(&Fields::parse(form.as_bytes()));
        let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let mut logged = ["1", "2"].map(|id| LoggedEvent {
            event: event(id, 1, Outcome::Delivered),
            attempts: Vec::new(),
            is_complete: true,
        });
        logged[0].event.id = "a&b".to_owned();
        logged[0].event.dedup_key = Some("f".repeat(64));
        let events = logged.map(|logged| encode(&value(&logged, "a time")));
        let selection = format!("event={}&event={}", events[0], events[1]);
        let selected = parse(&format!("{selection}&to=routes&destination=orders")).unwrap();
        let requests: Vec<_> = selected.events.iter().map(|event| (&*event.id, &*event.request, &*event.key)).collect();
        assert_eq!(requests, [("a&b", "request-1", "ffffffffffffffff"), ("2", "request-2", "")]);
        assert_eq!((&*selected.events[0].received, &*selected.destination), ("a time", ""));
        assert_eq!(parse(&format!("{selection}&to=destination&destination=orders")).unwrap().destination, "orders");
        let error = parse("to=routes").unwrap_err().to_string();
        assert!(error.contains("no event is selected"), "{error}");
        for form in [format!("{selection}&to=destination"), selection, "event=id%3D1&to=routes".to_owned()] {
            assert!(parse(&form).is_err(), "{form}");
        }
    }
}
