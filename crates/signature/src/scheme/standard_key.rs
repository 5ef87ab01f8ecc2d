//! The keys of Standard Webhooks. The secret's prefix determines the kind of key. A secret without a prefix is a
//! symmetric key, and the padding is optional, as in the official libraries:
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/python/standardwebhooks/webhooks.py>.
//! Supabase shows its secrets with the version of the signature as a further prefix (`v1,whsec_…`).

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use zeroize::Zeroizing;

use crate::Secret;
use crate::secret::without_line_end;

/// RFC 4648 section 4, with or without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

const UNKNOWN_PREFIX: &str = "it must start with whsec_ or whpk_, or with whsec_ or whsk_ to sign";
const INVALID_BASE64: &str = "the part after its prefix (whsec_, whpk_ or whsk_) is empty or not base64";
const TOO_SHORT: &str = "the key is too short: it has fewer than 8 bytes";
const WRONG_LENGTH: &str = "an Ed25519 public key has 32 bytes, a signing key 32 or 64";

/// The receiver's key.
pub(super) enum VerificationKey {
    /// `whsec_`: an HMAC key that the sender has too.
    Symmetric(Zeroizing<Vec<u8>>),
    /// `whpk_`: an Ed25519 public key.
    Public([u8; 32]),
}

/// The sender's key.
pub(super) enum SigningKey {
    /// `whsec_`: an HMAC key that the receiver has too.
    Symmetric(Zeroizing<Vec<u8>>),
    /// `whsk_`: an Ed25519 signing key.
    KeyPair(Ed25519KeyPair),
}

impl VerificationKey {
    pub(super) fn parse(secret: &Secret) -> Result<Self, &'static str> {
        match split_prefix(secret)? {
            ("whsec", encoded) => decode(encoded).map(Self::Symmetric),
            ("whpk", encoded) => decode(encoded)?.as_slice().try_into().map(Self::Public).map_err(|_| WRONG_LENGTH),
            _ => Err(UNKNOWN_PREFIX),
        }
    }
}

impl SigningKey {
    pub(super) fn parse(secret: &Secret) -> Result<Self, &'static str> {
        match split_prefix(secret)? {
            ("whsec", encoded) => decode(encoded).map(Self::Symmetric),
            ("whsk", encoded) => {
                let bytes = decode(encoded)?;
                let seed = if matches!(bytes.len(), 32 | 64) { bytes.get(..32) } else { None };
                let pair = seed.and_then(|seed| Ed25519KeyPair::from_seed_unchecked(seed).ok());
                pair.map(Self::KeyPair).ok_or(WRONG_LENGTH)
            }
            _ => Err(UNKNOWN_PREFIX),
        }
    }
}

/// Returns the `whpk_` key that verifies signatures of a `whsk_` key, or `None` if the key is not a valid `whsk_` key.
#[must_use]
pub fn public_key(signing_key: &str) -> Option<String> {
    match SigningKey::parse(&Secret::new(signing_key).ok()?).ok()? {
        SigningKey::KeyPair(pair) => Some(format!("whpk_{}", STANDARD.encode(pair.public_key().as_ref()))),
        SigningKey::Symmetric(_) => None,
    }
}

/// Splits a secret at its prefix. A line break at the end, which editors add, is ignored.
fn split_prefix(secret: &Secret) -> Result<(&str, &str), &'static str> {
    let text = std::str::from_utf8(secret.expose()).map_err(|_| UNKNOWN_PREFIX)?;
    let text = without_line_end(text);
    let text = text.strip_prefix("v1,").or_else(|| text.strip_prefix("v1a,")).unwrap_or(text);
    Ok(text.split_once('_').unwrap_or(("whsec", text)))
}

fn decode(encoded: &str) -> Result<Zeroizing<Vec<u8>>, &'static str> {
    let bytes = BASE64.decode(encoded).map(Zeroizing::new).map_err(|_| INVALID_BASE64)?;
    match bytes.len() {
        0 => Err(INVALID_BASE64),
        1..Secret::MIN_BYTES => Err(TOO_SHORT),
        _ => Ok(bytes),
    }
}
