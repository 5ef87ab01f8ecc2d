//! The catalogue of senders: the files of `senders/`, compiled in, so that a function parses only the senders that are configured.

mod names;
mod sender;
mod source;
mod vector;

pub use sender::{Retries, Sender};
pub use source::{SchemeSource, SourceError};
pub use vector::{Vector, VectorError, VectorSource};

use hookline_signature::{Description, EventResponse, HandshakeDescription};
use serde::Deserialize;

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// Senders that cannot be verified, each with the reason. `docs/senders.md` explains them.
pub const UNSUPPORTED: [(&str, Unsupported); 17] = [
    ("aws-sns", Unsupported::FetchedKeys),
    ("circle", Unsupported::FetchedKeys),
    ("cloudinary", Unsupported::PlainDigest),
    ("ebay", Unsupported::FetchedKeys),
    ("fireblocks-jwks", Unsupported::FetchedKeys),
    ("gemini-dynamic", Unsupported::FetchedKeys),
    ("google-pubsub", Unsupported::FetchedKeys),
    ("green-dot", Unsupported::FetchedKeys),
    ("neon-auth", Unsupported::FetchedKeys),
    ("paypal", Unsupported::FetchedKeys),
    ("paypro-global", Unsupported::PlainDigest),
    ("plaid", Unsupported::FetchedKeys),
    ("praxis", Unsupported::PlainDigest),
    ("quoter", Unsupported::PlainDigest),
    ("shipengine", Unsupported::FetchedKeys),
    ("truelayer", Unsupported::FetchedKeys),
    ("unisender-go", Unsupported::PlainDigest),
];

/// Why a sender cannot be verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsupported {
    /// The sender's keys or certificates have to be fetched by a URL or an id of the request.
    FetchedKeys,
    /// The sender hashes the secret together with the body, without HMAC.
    PlainDigest,
}

/// How a sender signs, checks the endpoint and wants to be answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct SenderScheme {
    /// The ways in which the sender signs.
    pub ways: Vec<Description>,
    /// The requests that check the endpoint.
    #[serde(default)]
    pub handshakes: Vec<HandshakeDescription>,
    /// The response to an event.
    #[serde(default)]
    pub response: Option<EventResponse>,
}

impl std::fmt::Display for Unsupported {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::FetchedKeys => "its keys have to be fetched with each request, which Hookline does not do",
            Self::PlainDigest => "it signs with a plain digest instead of an HMAC, which an attacker can extend",
        })
    }
}

/// Returns the names of all senders in alphabetical order.
pub fn slugs() -> impl Iterator<Item = &'static str> {
    SCHEMES.iter().map(|(slug, _)| *slug)
}

/// Returns how a sender signs.
///
/// # Errors
///
/// [`SourceError`] if there is no such sender.
pub fn scheme(slug: &str) -> Result<SenderScheme, SourceError> {
    let found = SCHEMES.binary_search_by_key(&slug, |(name, _)| name).ok().and_then(|index| SCHEMES.get(index));
    let (_, json) = found.ok_or_else(|| SourceError::unknown(slug))?;
    serde_json::from_str(json).map_err(|source| SourceError::Catalogue { sender: slug.to_owned(), source })
}

/// Returns the senders whose names are most similar, at most three.
#[must_use]
pub fn nearest(name: &str) -> Vec<&'static str> {
    let wanted = bigrams(name);
    let similarity = |slug: &str| {
        let own = bigrams(slug);
        let common = own.iter().filter(|pair| wanted.contains(pair)).count();
        200 * common / (own.len() + wanted.len()).max(1)
    };
    let mut candidates: Vec<_> = slugs().map(|slug| (similarity(slug), slug)).collect();
    candidates.retain(|(similarity, slug)| *similarity >= 50 || (name.len() > 2 && slug.contains(name)));
    candidates.sort_by_key(|(similarity, slug)| (std::cmp::Reverse(*similarity), *slug));
    candidates.into_iter().take(3).map(|(_, slug)| slug).collect()
}

fn bigrams(name: &str) -> Vec<[u8; 2]> {
    let mut pairs: Vec<_> = name.as_bytes().windows(2).filter_map(|pair| <[u8; 2]>::try_from(pair).ok()).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}
