//! A secret as operators store it.
//!
//! This crate does no I/O.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::IgnoredAny;
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// A secret shared with a sender. It is never blank and never printed. It is erased when dropped and compared only in
/// constant time.
///
/// ```compile_fail,E0369
/// let secret = hookline_secret::Secret::new("s").unwrap();
/// let _ = secret == secret.clone();
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

/// A stored value that cannot be a secret. The operator has to correct it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSecret {
    /// The value is empty or white space. An attacker could sign with it.
    #[error("the secret is empty or blank")]
    Blank,
    /// The value is short enough to be guessed.
    #[error("the secret is too short: it has fewer than {} bytes", Secret::MIN_BYTES)]
    TooShort,
    /// The value is a JSON object with another number of entries than one, or with an entry that is not a text. Or it is a
    /// JSON array. A JSON Web Key of a key pair is a valid secret.
    #[error("the secret is a JSON array, or a JSON object that does not have exactly one text; store the secret alone")]
    AmbiguousObject,
}

impl Secret {
    /// The shortest secret of a sender, with which an attacker could sign.
    pub const MIN_BYTES: usize = 8;

    /// Creates a secret from a stored value, as operators save it:
    ///
    /// * Secrets Manager's console saves a JSON object. The text of its only entry is the secret.
    /// * A JSON Web Key of a key pair, such as the sender's public key, is the secret as a whole.
    /// * Terraform's `jsonencode` makes a JSON string, and the command line of Windows keeps single quotes. Quotes around
    ///   the text are removed. In an object, they are part of the secret.
    /// * Editors and shells add a byte order mark or a line end. Both are removed from a text. Bytes that are not text stay
    ///   as they are.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSecret`] if the value cannot be a secret.
    pub fn from_stored(value: impl Into<Vec<u8>>) -> Result<Self, InvalidSecret> {
        let secret = Self::read(value.into(), unwrapped)?;
        if secret.0.len() < Self::MIN_BYTES { Err(InvalidSecret::TooShort) } else { Ok(secret) }
    }

    /// Creates a secret from a stored value as [`Secret::from_stored`] does, except that a JSON object with several entries
    /// is a secret with several values, and its JSON is the secret. The secret can be short, because it can be a password
    /// that another service has chosen. A key that it contains has a minimum length of its own.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSecret`] if the value cannot be a secret.
    pub fn from_stored_values(value: impl Into<Vec<u8>>) -> Result<Self, InvalidSecret> {
        let has_several = |text: &str| {
            serde_json::from_str::<BTreeMap<String, IgnoredAny>>(text).is_ok_and(|entries| entries.len() > 1)
        };
        Self::read(value.into(), |text| match text.trim() {
            object if has_several(object) => Ok(Zeroizing::new(object.to_owned())),
            _ => unwrapped(text),
        })
    }

    fn read(
        value: Vec<u8>,
        unwrapped: impl Fn(&str) -> Result<Zeroizing<String>, InvalidSecret>,
    ) -> Result<Self, InvalidSecret> {
        let value = Zeroizing::new(value);
        let secret = match as_text(&value) {
            None => value,
            Some(text) => {
                let unwrapped = unwrapped(text.strip_prefix('\u{feff}').unwrap_or(text))?;
                Zeroizing::new(without_line_end(&unwrapped).as_bytes().to_vec())
            }
        };
        Self::from_bytes(secret)
    }

    /// Returns the value to store, which [`Secret::from_stored`] reads as this secret. It is a JSON object for a secret with
    /// quotes around it.
    #[must_use]
    pub fn to_stored(&self) -> Zeroizing<Vec<u8>> {
        let is_same = |value: &[u8]| Self::from_stored(value).is_ok_and(|secret| secret.matches(self));
        match std::str::from_utf8(&self.0) {
            Ok(text) if !is_same(&self.0) => Zeroizing::new(json!({ "secret": text }).to_string().into_bytes()),
            _ => self.0.clone(),
        }
    }

    /// Creates a secret from bytes. Nothing is trimmed, because the sender signs with the same bytes.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSecret::Blank`] if the bytes are only spaces, tabs and line breaks.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, InvalidSecret> {
        Self::from_bytes(Zeroizing::new(bytes.into()))
    }

    fn from_bytes(bytes: Zeroizing<Vec<u8>>) -> Result<Self, InvalidSecret> {
        if bytes.iter().all(|byte| b" \t\r\n".contains(byte)) { Err(InvalidSecret::Blank) } else { Ok(Self(bytes)) }
    }

    /// Whether both secrets are equal. The duration depends only on their lengths.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        self.matches_bytes(other.expose())
    }

    /// Whether the secret consists of these bytes. The duration depends only on the lengths.
    #[must_use]
    pub fn matches_bytes(&self, other: &[u8]) -> bool {
        self.0.as_slice().ct_eq(other).into()
    }

    /// Returns the bytes, to send them or to sign with them. They must never be logged.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

/// Returns a value that consists of text. A random key of 16 bytes is text with a probability below 10⁻⁶.
fn as_text(value: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(value).ok()?;
    let is_binary = |character: char| character.is_control() && !"\t\r\n".contains(character);
    if text.contains(is_binary) { None } else { Some(text) }
}

/// Returns the text in quotes or in a JSON object with one entry. Returns any other text unchanged.
fn unwrapped(text: &str) -> Result<Zeroizing<String>, InvalidSecret> {
    let trimmed = text.trim();
    let inner = match trimmed.chars().next() {
        Some('{') if is_json_web_key(trimmed) => Some(trimmed.to_owned()),
        Some('{') => serde_json::from_str(trimmed).ok().map(only_text).transpose()?,
        Some('[') if serde_json::from_str::<Vec<IgnoredAny>>(trimmed).is_ok() => {
            return Err(InvalidSecret::AmbiguousObject);
        }
        Some('"') => serde_json::from_str(trimmed).ok(),
        Some('\'') => trimmed.get(1..).and_then(|rest| rest.strip_suffix('\'')).map(str::to_owned),
        _ => None,
    };
    Ok(Zeroizing::new(inner.unwrap_or_else(|| text.to_owned())))
}

/// Whether the text is a JSON Web Key with a key pair's key
/// ([RFC 7518](https://www.rfc-editor.org/rfc/rfc7518#section-6.1)). It is a secret as a whole.
fn is_json_web_key(text: &str) -> bool {
    let entries: BTreeMap<String, Value> = serde_json::from_str(text).unwrap_or_default();
    let key_type = entries.get("kty").and_then(Value::as_str);
    entries.len() > 1 && key_type.is_some_and(|key_type| ["EC", "OKP", "RSA"].contains(&key_type))
}

/// Returns the text of an object's only entry.
fn only_text(entries: BTreeMap<String, Value>) -> Result<String, InvalidSecret> {
    let mut entries = entries.into_values();
    match (entries.next(), entries.next()) {
        (Some(Value::String(text)), None) => Ok(text),
        _ => Err(InvalidSecret::AmbiguousObject),
    }
}

/// Removes line ends at the end.
#[must_use]
pub fn without_line_end(text: &str) -> &str {
    text.trim_end_matches(['\r', '\n'])
}

#[cfg(test)]
mod tests;
