//! The destinations with their pauses, breakers and waiting events.

use anyhow::{Context, Result};
use serde::Serialize;

use crate::clock::{unix_milliseconds, unix_seconds};
use crate::console::application::{Console, Reply};
use crate::console::fields::Fields;
use crate::console::render::Page;
use crate::console::times::Shown;
use crate::destinations::{DestinationStatus, StateTable, Status, checked_note};
use crate::duration::formatted;
use crate::target::DeliveryConfiguration;

pub(super) const PATH: &str = "/destinations";
/// Lines of the log that are read.
pub(super) const LOG_LIMIT: usize = 5000;

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::console) struct View {
    destinations: Vec<Row>,
    /// Messages of the retry queue.
    waiting: u64,
    /// Whether the log has deliveries. Without them, the page has no numbers for each destination.
    has_log: bool,
    log_level: String,
    /// Whether all lines were read.
    is_complete: bool,
}

/// One destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::console) struct Row {
    pub(super) name: String,
    /// `paused`, `open`, `failing` or `ok`.
    pub(super) state: &'static str,
    paused: Option<Paused>,
    breaker: Option<OpenBreaker>,
    pub(super) waiting: Option<usize>,
    oldest: Option<Shown>,
    last_failure: Option<Failure>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Paused {
    since: Shown,
    note: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct OpenBreaker {
    since: Shown,
    until: Shown,
    reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Failure {
    at: Shown,
    reason: String,
}

/// What an operator can do with a destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::console) enum Action {
    Pause,
    Resume,
}

/// What the page for a pause, or for its end, shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::console) struct Confirmation {
    action: Action,
    destination: String,
    /// How long events wait at most.
    wait: String,
    seconds: u32,
}

impl View {
    /// Returns what the page shows at `now_ms`.
    pub(in crate::console) fn new(status: &Status, now_ms: i64) -> Self {
        Self {
            destinations: status.destinations.iter().map(|destination| Row::new(destination, now_ms)).collect(),
            waiting: status.retry_queue.total(),
            has_log: status.log.is_some(),
            log_level: status.log_level.clone(),
            is_complete: status.log.as_ref().is_none_or(|log| log.is_complete),
        }
    }

    /// Returns the page.
    pub(in crate::console) fn page(&self) -> Page {
        Page::new(PATH, "Destinations", "destinations", self)
    }
}

impl Row {
    /// Returns what is shown of a destination.
    pub(super) fn new(status: &DestinationStatus, now_ms: i64) -> Self {
        let DestinationStatus { name, state, activity } = status;
        let paused = state.pause.as_ref().map(|pause| Paused {
            since: Shown::seconds(pause.since, now_ms),
            note: pause.note.clone().unwrap_or_default(),
        });
        let breaker = state.breaker.as_ref().map(|breaker| OpenBreaker {
            since: Shown::seconds(breaker.opened_at, now_ms),
            until: Shown::seconds(breaker.until, now_ms),
            reason: breaker.reason.clone(),
        });
        let last_failure = activity.as_ref().and_then(|activity| activity.last_failure.as_ref());
        let waiting = activity.as_ref().map(|activity| activity.waiting);
        let state = match (&paused, &breaker, waiting) {
            (Some(_), _, _) => "paused",
            (None, Some(_), _) => "open",
            (None, None, Some(1..)) => "failing",
            (None, None, _) => "ok",
        };
        Self {
            name: name.clone(),
            state,
            paused,
            breaker,
            waiting,
            oldest: activity.as_ref().and_then(|activity| Some(Shown::milliseconds(activity.oldest_ms?, now_ms))),
            last_failure: last_failure.map(|failure| Failure {
                at: Shown::milliseconds(failure.time_ms, now_ms),
                reason: failure.reason.clone(),
            }),
        }
    }
}

impl Confirmation {
    /// Returns what the page before the action shows.
    pub(in crate::console) fn new(action: Action, destination: &str, configuration: &DeliveryConfiguration) -> Self {
        Self {
            action,
            destination: destination.to_owned(),
            wait: formatted(configuration.give_up_seconds(destination).into()),
            seconds: configuration.breaker.cool_down_seconds,
        }
    }

    /// Returns the page.
    pub(in crate::console) fn page(&self) -> Page {
        let verb = match self.action {
            Action::Pause => "Pause",
            Action::Resume => "Resume",
        };
        Page::new(PATH, format!("{verb} destination {}?", self.destination), "confirm", self)
    }
}

pub(super) async fn show(console: &Console) -> Result<Reply> {
    let configuration = console.target.delivery_configuration().await?;
    let status = Status::read(&console.target, &configuration, None, None, LOG_LIMIT).await?;
    let now_ms = i64::try_from(unix_milliseconds())?;
    Ok(Reply::Page(View::new(&status, now_ms).page()))
}

pub(super) async fn confirm(console: &Console, fields: &Fields, action: Action) -> Result<Reply> {
    let name = fields.require("name")?;
    let configuration = console.target.delivery_configuration().await?;
    configuration.check_destination(name)?;
    Ok(Reply::Page(Confirmation::new(action, name, &configuration).page()))
}

pub(super) async fn pause(console: &Console, fields: &Fields) -> Result<Reply> {
    let name = fields.require("destination")?;
    console.check_confirmation(fields.get("workspace"))?;
    let note = checked_note(fields.get("note")).context("nothing was changed")?;
    table(console, name).await?.pause(name, note, unix_seconds()).await?;
    Ok(Reply::Redirect(
        PATH.to_owned(),
        Some(format!("Paused destination {name}. Its events wait in the retry queue.")),
    ))
}

pub(super) async fn resume(console: &Console, fields: &Fields) -> Result<Reply> {
    let name = fields.require("destination")?;
    console.check_confirmation(fields.get("workspace"))?;
    table(console, name).await?.resume(name).await?;
    let notice = format!("Resumed destination {name}. Events that wait are delivered within 15 minutes.");
    Ok(Reply::Redirect(PATH.to_owned(), Some(notice)))
}

async fn table(console: &Console, destination: &str) -> Result<StateTable> {
    let configuration = console.target.delivery_configuration().await?;
    configuration.check_destination(destination)?;
    Ok(StateTable::new(&console.target.sdk, configuration.state_table()?.to_owned()))
}
