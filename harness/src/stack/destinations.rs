//! Destinations of the local stack.

use serde_json::{Value, json};

use super::emails::{RECIPIENT, SENDER};
use crate::emulator::{Capabilities, Capability};
use crate::traffic::script::Script;

/// The timeout of each destination.
pub(super) const DESTINATION_TIMEOUT_SECONDS: u32 = 5;

/// The discard service, which nothing listens on.
const CLOSED_PORT: u16 = 9;

/// A destination of the local stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Destination {
    pub(crate) name: &'static str,
    pub(crate) kind: DestinationKind,
    /// The responses of the sink at the destination's path.
    pub(crate) script: Script,
    /// The age of a delivery at which Hookline gives up. `None`: the retry policy of the stack.
    give_up_seconds: Option<u32>,
}

/// The kind of a destination, as in the Terraform variable `destinations`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DestinationKind {
    Http,
    SignedHttp,
    /// A closed port of the sink's host.
    UnreachableHttp,
    Discord,
    Slack,
    Email,
    Eventbridge,
}

impl Destination {
    /// Returns a destination of a kind, at which every attempt succeeds.
    pub(crate) const fn new(name: &'static str, kind: DestinationKind) -> Self {
        Self { name, kind, script: Script::Succeeds, give_up_seconds: None }
    }

    /// Returns a destination at the sink's path with the same name.
    pub(crate) const fn http(name: &'static str, script: Script) -> Self {
        Self { script, ..Self::new(name, DestinationKind::Http) }
    }

    /// Lets Hookline give up deliveries at this age.
    pub(crate) const fn given_up_after(self, seconds: u32) -> Self {
        Self { give_up_seconds: Some(seconds), ..self }
    }

    /// Returns `false` if the emulator does not have the destination's service.
    pub(crate) fn is_available(&self, capabilities: &Capabilities) -> bool {
        let capability = match self.kind {
            DestinationKind::Email => Capability::Ses,
            DestinationKind::Eventbridge => Capability::Eventbridge,
            DestinationKind::Http
            | DestinationKind::SignedHttp
            | DestinationKind::UnreachableHttp
            | DestinationKind::Discord
            | DestinationKind::Slack => return true,
        };
        capabilities.unavailable_reason(capability).is_none()
    }

    /// Returns the entry in the Terraform variable `destinations`. `sink` is the sink's URL without a path.
    pub(crate) fn terraform_value(&self, sink: &str) -> Value {
        let url = format!("{sink}/{}", self.name);
        let mut value = match self.kind {
            DestinationKind::Http => json!({ "kind": "http", "url": url }),
            DestinationKind::SignedHttp => json!({ "kind": "http", "url": url, "signed": true }),
            DestinationKind::UnreachableHttp => {
                let host = sink.rsplit_once(':').map_or(sink, |(host, _)| host);
                json!({ "kind": "http", "url": format!("{host}:{CLOSED_PORT}/{}", self.name) })
            }
            // The secret has the URL.
            DestinationKind::Discord => json!({ "kind": "discord" }),
            DestinationKind::Slack => json!({ "kind": "slack" }),
            DestinationKind::Email => json!({ "kind": "email", "from": SENDER, "to": [RECIPIENT] }),
            DestinationKind::Eventbridge => json!({ "kind": "eventbridge", "bus": "default" }),
        };
        value["timeout_seconds"] = json!(DESTINATION_TIMEOUT_SECONDS);
        if let Some(seconds) = self.give_up_seconds {
            value["give_up_after_hours"] = json!(f64::from(seconds) / 3600.0);
        }
        value
    }
}
