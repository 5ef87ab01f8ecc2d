//! The keys of Standard Webhooks: what a secret's prefix says of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use zeroize::Zeroizing;

use crate::Secret;

const PREFIX: &str = "it must begin with whsec_ or whpk_, and to sign with whsec_ or whsk_";
const BASE64: &str = "what follows its prefix is not base64, or empty";
const ED25519_BYTES: &str = "an Ed25519 key has 32 bytes, a signing key 32 or 64";

/// What a receiver has.
pub(super) enum Verifying {
    /// `whsec_`: the sender's too.
    Symmetric(Zeroizing<Vec<u8>>),
    /// `whpk_`.
    Public([u8; 32]),
}

/// What a sender has.
pub(super) enum Signing {
    /// `whsec_`: the receiver's too.
    Symmetric(Zeroizing<Vec<u8>>),
    /// `whsk_`.
    Pair(Ed25519KeyPair),
}

impl Verifying {
    pub(super) fn read(secret: &Secret) -> Result<Self, &'static str> {
        match split(secret)? {
            ("whsec", encoded) => decode(encoded).map(Self::Symmetric),
            ("whpk", encoded) => decode(encoded)?.as_slice().try_into().map(Self::Public).map_err(|_| ED25519_BYTES),
            _ => Err(PREFIX),
        }
    }
}

impl Signing {
    pub(super) fn read(secret: &Secret) -> Result<Self, &'static str> {
        match split(secret)? {
            ("whsec", encoded) => decode(encoded).map(Self::Symmetric),
            ("whsk", encoded) => {
                let bytes = decode(encoded)?;
                let seed = if matches!(bytes.len(), 32 | 64) { bytes.get(..32) } else { None };
                let pair = seed.and_then(|seed| Ed25519KeyPair::from_seed_unchecked(seed).ok());
                pair.map(Self::Pair).ok_or(ED25519_BYTES)
            }
            _ => Err(PREFIX),
        }
    }
}

/// The `whpk_` key that a receiver needs to verify what is signed with a `whsk_` key. `None` for what is no such key.
#[must_use]
pub fn public_key(signing_key: &str) -> Option<String> {
    match Signing::read(&Secret::new(signing_key).ok()?).ok()? {
        Signing::Pair(pair) => Some(format!("whpk_{}", STANDARD.encode(pair.public_key().as_ref()))),
        Signing::Symmetric(_) => None,
    }
}

/// The line end that an editor leaves is no part of a key.
fn split(secret: &Secret) -> Result<(&str, &str), &'static str> {
    let text = std::str::from_utf8(secret.expose()).map_err(|_| PREFIX)?.trim_end_matches(['\r', '\n']);
    text.split_once('_').ok_or(PREFIX)
}

fn decode(encoded: &str) -> Result<Zeroizing<Vec<u8>>, &'static str> {
    let bytes = STANDARD.decode(encoded).map(Zeroizing::new).map_err(|_| BASE64)?;
    if bytes.is_empty() { Err(BASE64) } else { Ok(bytes) }
}
