//! HMAC ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)): the `hmac` crate computes it, and it is compared in
//! constant time.

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::{Encoding, VerifyError};

/// The hash function of an HMAC. The scheme or its configuration sets it, never a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    /// SHA-1, for Twilio, which supports no other. HMAC-SHA1 is not known to be broken. It cannot be configured.
    #[serde(skip)]
    Sha1,
    /// SHA-256, which nearly all senders use.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl Algorithm {
    /// Returns the number of bytes of a tag.
    #[must_use]
    pub fn bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    /// Computes the tag of the concatenated parts.
    pub(crate) fn tag(self, key: &[u8], parts: &[&[u8]]) -> Tag {
        match self {
            Self::Sha1 => tag::<Hmac<Sha1>>(key, parts),
            Self::Sha256 => tag::<Hmac<Sha256>>(key, parts),
            Self::Sha512 => tag::<Hmac<Sha512>>(key, parts),
        }
    }

    /// Verifies that one of the keys produces one of the tags. Every tag is compared completely.
    pub(crate) fn verify(self, keys: &[&[u8]], parts: &[&[u8]], tags: &[Vec<u8>]) -> Result<(), VerifyError> {
        if keys.is_empty() {
            return Err(VerifyError::MissingSecret);
        }
        let matches = |key: &&[u8]| {
            let expected = self.tag(key, parts);
            tags.iter().any(|tag| expected.matches(tag))
        };
        if keys.iter().any(matches) { Ok(()) } else { Err(VerifyError::Mismatch { secrets: keys.len() }) }
    }
}

/// An HMAC tag. It does not implement `==`, whose duration would reveal how many bytes match.
pub(crate) struct Tag(Zeroizing<Vec<u8>>);

impl Tag {
    pub(crate) fn encode(&self, encoding: Encoding) -> String {
        encoding.encode(&self.0)
    }

    fn matches(&self, other: &[u8]) -> bool {
        self.0.as_slice().ct_eq(other).into()
    }
}

fn tag<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]]) -> Tag {
    // HMAC accepts a key of any length. The error type exists for other algorithms.
    #[expect(clippy::expect_used, reason = "cannot fail for HMAC")]
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("HMAC accepts any key");
    for part in parts {
        mac.update(part);
    }
    Tag(Zeroizing::new(mac.finalize().into_bytes().to_vec()))
}
