use std::fmt;

use sha2::{Digest, Sha256};

/// The deduplication key: two requests with the same key are one event. 64 hex digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct DedupKey(String);

impl DedupKey {
    /// Derives the key from an id that the signature covers or that an authenticated caller chose.
    #[must_use]
    pub fn from_signed_id(source: &str, id: &str) -> Self {
        Self::hash("id", source, id.as_bytes())
    }

    /// Derives the key from the body, which the sender signs.
    ///
    /// An unsigned id is not used for such a source: by changing it, an attacker could replay an event or suppress
    /// another one.
    #[must_use]
    pub fn from_body(source: &str, body: &[u8]) -> Self {
        Self::hash("body", source, body)
    }

    /// Derives the key from an unsigned id of the delivery. For a source that signs nothing, the id is better evidence
    /// than an equal body: a feature flag that is switched on, off and on again causes equal bodies.
    #[must_use]
    pub fn from_delivery_id(source: &str, id: &str) -> Self {
        Self::hash("delivery", source, id.as_bytes())
    }

    /// Derives the key from an id that ingest generated for the request. Only redeliveries of the request's queue
    /// message have the same key.
    #[must_use]
    pub fn from_request_id(source: &str, id: &str) -> Self {
        Self::hash("request", source, id.as_bytes())
    }

    /// Returns the hex digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Hashes the parts, separated by a byte that a source's name cannot contain.
    fn hash(kind: &str, source: &str, bytes: &[u8]) -> Self {
        let digest = Sha256::new().chain_update(kind).chain_update([0]).chain_update(source).chain_update([0]);
        Self(hex::encode(digest.chain_update(bytes).finalize()))
    }
}

/// A hash of an event's data: 32 hex digits. It shows whether two events with one id have the same data.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct DataHash(String);

/// The bytes of the SHA-256 that a [`DataHash`] has.
const DATA_HASH_BYTES: usize = 16;

impl DataHash {
    /// Hashes the data.
    #[must_use]
    pub fn new(data: &[u8]) -> Self {
        Self(hex::encode(Sha256::digest(data).get(..DATA_HASH_BYTES).unwrap_or_default()))
    }

    /// Returns the hex digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DedupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_differ_by_kind_source_and_content() {
        let keys = [
            DedupKey::from_body("/webhooks/a", b"x"),
            DedupKey::from_body("/webhooks/b", b"x"),
            DedupKey::from_body("/webhooks/a", b"y"),
            DedupKey::from_signed_id("/webhooks/a", "x"),
            DedupKey::from_delivery_id("/webhooks/a", "x"),
            DedupKey::from_request_id("/webhooks/a", "x"),
        ];
        let distinct: std::collections::HashSet<_> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len());
        assert_eq!(keys[0], DedupKey::from_body("/webhooks/a", b"x"));
    }

    /// `printf abc | sha256sum`
    #[test]
    fn data_hash_is_the_beginning_of_the_sha_256() {
        assert_eq!(DataHash::new(b"abc").as_str(), "ba7816bf8f01cfea414140de5dae2223");
        assert_ne!(DataHash::new(b"abc"), DataHash::new(b"abd"));
    }
}
