//! What people want to know about a sender.

use std::collections::BTreeMap;

use hookline_signature::Trust;
use serde::Deserialize;
use serde_json::Value;

use crate::names;
use crate::source_error::SourceError;
use crate::tables::SENDERS;
use crate::vector::Vector;

/// A sender of the catalogue, as its file describes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sender {
    /// The address of the JSON Schema.
    #[serde(rename = "$schema")]
    pub schema: String,
    /// The name for people.
    pub name: String,
    /// Other names, in the form of slugs.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// The sender's documentation of its webhooks.
    pub documentation: String,
    /// The pages from which the facts were taken, by kind of fact.
    pub sources: BTreeMap<String, String>,
    /// Why the facts about the signature are not confirmed by the sender's own documentation.
    #[serde(default)]
    pub unconfirmed: Option<String>,
    /// What a valid request proves.
    pub trust: Trust,
    /// The value that an operator stores.
    pub secret: String,
    /// How the sender repeats a failed request.
    #[serde(default)]
    pub retries: Option<Retries>,
    /// Whether different events can have equal bodies.
    #[serde(default)]
    pub repeats_bodies: bool,
    /// What an operator has to know.
    #[serde(default)]
    pub notes: Vec<String>,
    /// The sender whose scheme this one shares.
    #[serde(default)]
    pub extends: Option<String>,
    /// The description. [`crate::scheme`] returns it with what it inherits.
    #[serde(default)]
    pub scheme: Option<Value>,
    /// Patches of the description.
    #[serde(default)]
    pub alternatives: Option<Value>,
    /// Handshakes.
    #[serde(default)]
    pub handshakes: Option<Value>,
    /// The response to an event.
    #[serde(default)]
    pub response: Option<Value>,
    /// Published requests with their verdicts.
    #[serde(default)]
    pub vectors: Vec<Vector>,
}

/// How a sender repeats a failed request.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retries {
    /// One sentence.
    pub summary: String,
    /// The time from the first to the last attempt, in seconds.
    #[serde(default)]
    pub horizon_seconds: Option<u64>,
    /// Whether a retry has a `new` signed time, or the `repeated` first one.
    #[serde(default)]
    pub timestamp: Option<String>,
}

impl Sender {
    /// Returns a sender by its slug.
    ///
    /// # Errors
    ///
    /// The parser's error if its file is invalid. Tests exclude it.
    pub fn read(slug: &str) -> Option<serde_json::Result<Self>> {
        let (_, json) = SENDERS.iter().find(|(name, _)| *name == slug)?;
        Some(serde_json::from_str(json))
    }

    /// Returns the text of a sender's file, which is JSON.
    #[must_use]
    pub fn json(slug: &str) -> Option<&'static str> {
        SENDERS.iter().find(|(name, _)| *name == slug).map(|(_, json)| *json)
    }

    /// Returns the slug of a sender by its slug, one of its aliases or its name. Case, spaces, hyphens, an explanation in parentheses
    /// and the word `webhooks` do not matter.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static str> {
        names::find(name)
    }

    /// Returns the slug of a sender like [`Sender::find`].
    ///
    /// # Errors
    ///
    /// [`SourceError`] with similar names, or with the reason why the sender is not supported.
    pub fn named(name: &str) -> Result<&'static str, SourceError> {
        names::named(name)
    }
}
