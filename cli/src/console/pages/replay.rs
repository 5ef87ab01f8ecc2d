//! A replay of one event, with the page before it.

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use url::form_urlencoded;

use super::event;
use crate::console::application::{Console, Reply};
use crate::console::fields::Fields;
use crate::console::forms::Started;
use crate::console::render::Page;
use crate::event_log::{EventLog, Replay, ReplayTo};

/// The notice for a form that is sent again. The first one can have failed.
const ALREADY_STARTED: &str = "This replay was already started, and nothing was sent now. Its new request appears here \
    after some seconds. If it does not, send the event again from this page.";

/// An event that an operator wants to send again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::console) struct Confirmation {
    action: &'static str,
    id: String,
    source: String,
    request: String,
    /// The time and the beginning of the key, which tell the requests of an id apart.
    received: String,
    key: String,
    /// The destination; empty for the routes.
    destination: String,
    /// The id of the [form](crate::console::forms), which works once.
    once: String,
}

impl Confirmation {
    /// Reads the form of the event's page.
    pub(in crate::console) fn parse(fields: &Fields) -> Result<Self> {
        let text = |name| fields.require(name).map(str::to_owned);
        let destination = match fields.require("to")? {
            "routes" => String::new(),
            _ => text("destination")?,
        };
        let (id, source, request) = (text("id")?, text("source")?, text("request")?);
        let optional = |name| fields.get(name).unwrap_or_default().to_owned();
        let (received, key, once) = (optional("received"), optional("key"), optional("once"));
        Ok(Self { action: "replay", id, source, request, received, key, destination, once })
    }

    /// Returns the page before the replay.
    pub(in crate::console) fn page(&self) -> Page {
        Page::new(super::events::PATH, "Send the event again?", "confirm", self)
    }
}

/// Returns the address of the page that the forms of a replay belong to: the event, or the list without an event.
pub(super) fn back(fields: &Fields) -> String {
    match ["id", "source", "request"].map(|name| fields.get(name)) {
        [Some(id), Some(source), Some(request)] => event_page(id, source, request),
        _ => super::events::PATH.to_owned(),
    }
}

fn event_page(id: &str, source: &str, request: &str) -> String {
    let query = [("id", id), ("source", source), ("request", request)];
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    format!("{}?{query}", event::PATH)
}

pub(super) fn confirm(console: &Console, fields: &Fields) -> Result<Reply> {
    let confirmation = Confirmation { once: console.forms.issue(), ..Confirmation::parse(fields)? };
    Ok(Reply::Page(confirmation.page()))
}

pub(super) async fn send(console: &Console, fields: &Fields) -> Result<Reply> {
    let Confirmation { id, source, request, destination, once, .. } = Confirmation::parse(fields)?;
    console.check_confirmation(fields.get("workspace"))?;
    let log = EventLog::find(console.target.clone()).await?;
    let requests = log.events(&id, Some(&source)).await?;
    let event = requests.iter().find(|logged| logged.event.request_id == request);
    let event = event.context("the event log no longer has this request of the event")?;
    ensure!(event.is_complete, "the event log has only attempts of this event, and no payload");
    let to = if destination.is_empty() { ReplayTo::Routes } else { ReplayTo::Destination(destination) };
    let replay = Replay::new(&log, to)?;
    let path = event_page(&id, &source, &request);
    if let Started::Before(path) = console.forms.start(&once, || Ok((path.clone(), ())))? {
        return Ok(Reply::Redirect(path, Some(ALREADY_STARTED.to_owned())));
    }
    let sent = replay.send(event).await?;
    let notice =
        format!("The event is sent again as replay {}. Its new request appears here after some seconds.", sent.replay);
    Ok(Reply::Redirect(path, Some(notice)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replay_goes_to_the_routes_or_to_a_destination() {
        let parse = |form: &str| Confirmation::parse(&Fields::parse(form.as_bytes()));
        let routes = parse("to=routes&id=1&source=github&request=r&destination=orders").unwrap();
        assert_eq!(routes.destination, "");
        assert_eq!(
            parse("to=destination&id=1&source=github&request=r&destination=orders").unwrap().destination,
            "orders"
        );
        for form in ["to=destination&id=1&source=github&request=r", "to=routes&source=github&request=r", "id=1"] {
            assert!(parse(form).is_err(), "{form}");
        }
    }
}
