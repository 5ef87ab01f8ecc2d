//! The description of how a sender signs, as it is written in `senders/*.json` and in Terraform. `senders/schema.json` is its
//! JSON Schema, and `docs/senders.md` explains it for authors. [`crate::Scheme`] is its validated form.

use std::collections::BTreeMap;

use crate::algorithm::Algorithm;
use hookline_template::Encoding;
use serde::{Deserialize, Serialize};

/// How a sender signs, and where an event's id and type are. Places (`header:X-Id`) and templates (`{timestamp}.{body}`)
/// are texts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Description {
    /// The algorithm. Default: `hmac-sha256`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<Algorithm>,
    /// The form of the stored key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyDescription>,
    /// Where the signature is, and in which form.
    pub signature: SignatureDescription,
    /// The template of the signed text. Default: `{body}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The sender signs this digest of the message instead of the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// The signed time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<TimestampDescription>,
    /// Places that must have the value of a template, such as the hash of the body in a signed URL or claim.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub bind: BTreeMap<String, String>,
    /// The JSON pointer of an array in the body whose elements are signed one by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub each: Option<String>,
    /// Whether the sender may have signed the URL without its port, or with the default port of its scheme.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url_port_optional: Option<bool>,
    /// The claims of a JWT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwt: Option<JwtDescription>,
    /// Templates of the event's id, in the order of preference.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub id: Vec<String>,
    /// Templates of the event's type, in the order of preference.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub r#type: Vec<String>,
    /// Texts that are replaced in the type.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub type_replace: BTreeMap<String, String>,
    /// Whether the type is converted to lower case, after the replacements.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub type_lowercase: Option<bool>,
    /// Values that count as a type only if no other template has one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub type_ignore: Vec<String>,
}

/// Where the signature is, and in which form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SignatureDescription {
    /// The places. With several, each that is present counts.
    pub r#in: Vec<String>,
    /// The place has pairs of names and values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pairs: Option<PairsDescription>,
    /// The names of the pairs with signatures.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// The text before a signature; before all pairs, if there are pairs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// The signature begins after the last occurrence of this text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The text between several signatures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub separator: Option<String>,
    /// The encoding. Default: `hex`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<Encoding>,
}

/// Pairs of names and values in one text, such as `t=1,v1=ab`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct PairsDescription {
    /// The texts between pairs. Default: a comma.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub separators: Vec<String>,
    /// The text between name and value. Default: `=`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignment: Option<String>,
    /// Whether a pair without a signature may occur several times, with the same value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeated: Option<bool>,
}

/// The form of the stored key of an HMAC. Public keys are recognised by their form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeyDescription {
    /// The encoding. Default: `text`, the bytes as they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<KeyEncoding>,
    /// The text before the encoded key, which may be missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Whether the prefix is required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    /// How the key is derived from the stored value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub derive: Option<Derivation>,
}

/// The encoding of a stored key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum KeyEncoding {
    #[default]
    Text,
    Hex,
    Base64,
    Base64url,
}

/// How a key is derived from the stored value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Derivation {
    /// The Unicode normalization form KD of the text.
    Nfkd,
    /// The SHA-1 digest of the value.
    Sha1,
    /// The SHA-256 digest of the value.
    Sha256,
}

/// The digest that a sender signs instead of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Digest {
    /// The 32 bytes of SHA-256.
    Sha256,
}

/// The signed time of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct TimestampDescription {
    /// The place.
    pub r#in: String,
    /// The unit. Default: `seconds`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<TimeUnit>,
    /// The maximum age in seconds. Default: 300.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerance_seconds: Option<u32>,
}

/// The form of a time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TimeUnit {
    /// Seconds since 1970.
    #[default]
    Seconds,
    /// Milliseconds since 1970.
    Milliseconds,
    /// Seconds or milliseconds since 1970, by the number of digits.
    Either,
    /// ISO 8601 or RFC 3339; UTC without an offset.
    Iso8601,
    /// RFC 1123, as in the HTTP header `Date`.
    Rfc1123,
}

/// What a JWT must have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct JwtDescription {
    /// The accepted algorithms, all of one kind of key: `HS256`, `HS384`, `HS512`, `RS256`, `RS512`, `PS256`, `PS512`, `ES256`,
    /// `EdDSA`. The header of the token cannot choose another one.
    pub algorithms: Vec<String>,
    /// The required `iss`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The required `aud`. The source's option `audience` replaces it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// Claims that must be present, such as `exp`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub required_claims: Vec<String>,
    /// The maximum age of `iat` in seconds, if the sender sends no `exp`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age_seconds: Option<u32>,
}
