//! What people want to know about a sender.

use std::collections::BTreeMap;

use hookline_signature::Trust;
use serde::Deserialize;
use serde_json::Value;

use crate::{SENDERS, slugs};

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

/// A published signed request, or a signed text, with its verdict.
#[derive(Debug, Clone, Deserialize)]
pub struct Vector {
    /// The name.
    pub id: String,
    /// The sender: its slug or its name. A vector of a sender's file has none.
    #[serde(default)]
    pub sender: Option<String>,
    /// What the source calls the algorithm.
    #[serde(default)]
    pub algorithm: Option<String>,
    /// The secret as text.
    #[serde(default)]
    pub secret: Option<String>,
    /// The bytes of the key, if they are not those of the secret.
    #[serde(default)]
    pub key_b64: Option<String>,
    /// The public key in PEM.
    #[serde(default)]
    pub public_key_pem: Option<String>,
    /// The public key (SPKI) in base64.
    #[serde(default)]
    pub public_key_spki_b64: Option<String>,
    /// The public key as JWK.
    #[serde(default)]
    pub public_key_jwk: Option<Value>,
    /// The headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The exact bytes of the body.
    #[serde(default)]
    pub body_b64: Option<String>,
    /// The body as text.
    #[serde(default)]
    pub body: Option<String>,
    /// The method. Default: POST.
    #[serde(default)]
    pub method: Option<String>,
    /// The URL with its query.
    #[serde(default)]
    pub url: Option<String>,
    /// The parameters of the query.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
    /// The time of arrival in seconds since 1970.
    #[serde(default)]
    pub now: Option<i64>,
    /// The same in milliseconds.
    #[serde(default)]
    pub now_ms: Option<i64>,
    /// The signed text, if only that is published.
    #[serde(default)]
    pub message: Option<String>,
    /// The signature of that text.
    #[serde(default)]
    pub signature: Option<String>,
    /// `valid` or `invalid`.
    pub expected: String,
    /// Where it is published.
    #[serde(default)]
    pub source: Option<VectorSource>,
}

/// Where a vector is published: an address, or a repository with commit and path.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
#[expect(missing_docs, reason = "the names say it")]
pub enum VectorSource {
    Address(String),
    File(BTreeMap<String, Value>),
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

    /// Returns the slug of a sender by its slug, one of its aliases or its name, with or without an explanation in parentheses.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static str> {
        let without_note = name.split('(').next().unwrap_or_default();
        let candidates = std::iter::once(name).chain([without_note]).chain(without_note.split('/'));
        let wanted: Vec<_> = candidates.map(normalized).filter(|name| !name.is_empty()).collect();
        let is_named = |slug: &&str, wanted: &str| {
            let names = Self::read(slug).and_then(Result::ok).map(|sender| (sender.name, sender.aliases));
            names.is_some_and(|(name, aliases)| {
                normalized(&name) == wanted || aliases.iter().any(|alias| alias == wanted)
            })
        };
        wanted.iter().find_map(|wanted| {
            slugs().find(|slug| slug == wanted).or_else(|| slugs().find(|slug| is_named(slug, wanted)))
        })
    }
}

/// Returns a name in lower case with hyphens.
pub(crate) fn normalized(name: &str) -> String {
    let words = name.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}
