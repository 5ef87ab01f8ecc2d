//! The requests that an operator selects in the list of events: the values of the list's form.

use anyhow::Result;
use serde::Serialize;
use url::form_urlencoded;

use crate::console::fields::Fields;
use crate::event_log::LoggedEvent;

/// A request of an event that an operator has selected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Selected {
    pub(super) id: String,
    pub(super) source: String,
    pub(super) request: String,
    /// The time and the beginning of the key, which tell the requests of an id apart.
    pub(super) received: String,
    pub(super) key: String,
    /// The value in the form.
    value: String,
}

/// Returns the value of a form that selects a request, with the time as pages show it.
pub(super) fn value(logged: &LoggedEvent, received: &str) -> String {
    let (event, key) = (&logged.event, logged.key().unwrap_or_default());
    let pairs = [
        ("id", event.id.as_str()),
        ("source", &event.source),
        ("request", &event.request_id),
        ("received", received),
        ("key", key),
    ];
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

impl Selected {
    /// Reads the value of a form.
    pub(super) fn parse(value: &str) -> Result<Self> {
        let fields = Fields::parse(value.as_bytes());
        let text = |name| fields.require(name).map(str::to_owned);
        let optional = |name| fields.get(name).unwrap_or_default().to_owned();
        let (received, key, value) = (optional("received"), optional("key"), value.to_owned());
        Ok(Self { id: text("id")?, source: text("source")?, request: text("request")?, received, key, value })
    }

    /// Whether both select the same request.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        (&self.id, &self.source, &self.request) == (&other.id, &other.source, &other.request)
    }
}
