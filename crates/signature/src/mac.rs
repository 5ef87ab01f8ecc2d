//! HMAC ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)), made by the `hmac` crate and compared in constant time.

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::{Encoding, VerifyError};

/// The hash inside. Always fixed by the scheme or its owner, never chosen by a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    /// For Twilio, which has no other; HMAC with it is not known to be broken. Nobody can choose it.
    #[serde(skip)]
    Sha1,
    /// What nearly everybody uses.
    Sha256,
    /// The longest.
    Sha512,
}

impl Algorithm {
    /// Bytes of a whole tag.
    #[must_use]
    pub fn bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    /// The tag of all parts, one after the other.
    pub(crate) fn tag(self, key: &[u8], parts: &[&[u8]]) -> Tag {
        match self {
            Self::Sha1 => tag::<Hmac<Sha1>>(key, parts),
            Self::Sha256 => tag::<Hmac<Sha256>>(key, parts),
            Self::Sha512 => tag::<Hmac<Sha512>>(key, parts),
        }
    }

    /// Whether one of the keys made one of the tags; every tag is compared as a whole.
    pub(crate) fn verify(self, keys: &[&[u8]], parts: &[&[u8]], tags: &[Vec<u8>]) -> Result<(), VerifyError> {
        if keys.is_empty() {
            return Err(VerifyError::MissingSecret);
        }
        let made = |key: &&[u8]| {
            let expected = self.tag(key, parts);
            tags.iter().any(|tag| expected.matches(tag))
        };
        if keys.iter().any(made) { Ok(()) } else { Err(VerifyError::Mismatch { secrets: keys.len() }) }
    }
}

/// What a key makes of a message. It has no `==`, so that nobody compares it in a time that tells something.
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
    // HMAC takes a key of any length: the error type is there for the algorithms that do not.
    #[expect(clippy::expect_used, reason = "cannot fail for HMAC")]
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("HMAC takes any key");
    for part in parts {
        mac.update(part);
    }
    Tag(Zeroizing::new(mac.finalize().into_bytes().to_vec()))
}
