use std::fmt;

use sha2::{Digest, Sha256};

/// What makes two deliveries one event: 64 hex digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct DedupKey(String);

impl DedupKey {
    /// From an id that the signature covers, or that an authenticated caller chose.
    #[must_use]
    pub fn from_signed_id(source: &str, id: &str) -> Self {
        Self::hash("id", source, id.as_bytes())
    }

    /// From the body, where no id is signed: an id that anybody could change would let a copy through, or hide an event.
    #[must_use]
    pub fn from_body(source: &str, body: &[u8]) -> Self {
        Self::hash("body", source, body)
    }

    /// The key's digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The parts are kept apart by a byte that a source's name cannot have.
    fn hash(kind: &str, source: &str, bytes: &[u8]) -> Self {
        let digest = Sha256::new().chain_update(kind).chain_update([0]).chain_update(source).chain_update([0]);
        Self(hex::encode(digest.chain_update(bytes).finalize()))
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
        ];
        let distinct: std::collections::HashSet<_> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len());
        assert_eq!(keys[0], DedupKey::from_body("/webhooks/a", b"x"));
    }
}
