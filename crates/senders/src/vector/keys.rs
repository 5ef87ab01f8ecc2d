//! The keys of a vector.

use hookline_signature::{Algorithm, Description, Secret};
use serde_json::{Map, Value};

use super::error::{VectorError, malformed};
use super::lenient;

/// Members with the secret as the sender shows it.
const STORED: [&str; 5] = ["secret", "secrets", "key", "signing_key", "token"];
/// Members with the bytes of a key.
const BASE64: [&str; 4] = ["key_b64", "secret_b64", "key_base64", "secret_base64"];
const HEX: [&str; 2] = ["key_hex", "secret_hex"];
/// Members with a public key in PEM, base64, hex or JWK.
const PUBLIC: [&str; 10] = [
    "public_key",
    "public_key_pem",
    "public_key_spki_b64",
    "public_key_b64",
    "public_key_base64",
    "public_key_hex",
    "public_key_jwk",
    "jwk",
    "jwks",
    "public_keys",
];

/// What the bytes of a key are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// The value that an operator stores.
    Stored,
    /// The key of an HMAC itself, without prefix, encoding and derivation.
    Shared,
    /// A public key without the prefix that the sender may show.
    Public,
}

/// Returns the keys to try. A blank one is `None`: it verifies nothing.
pub(super) fn candidates(members: &Map<String, Value>) -> Result<Vec<(Option<Secret>, Form)>, VectorError> {
    let mut found = Vec::new();
    let texts = |name: &str| members.get(name).map(texts).unwrap_or_default();
    for text in PUBLIC.iter().flat_map(|name| texts(name)) {
        let secret = Secret::new(text.as_bytes()).ok();
        found.extend([Form::Stored, Form::Public].map(|form| (secret.clone(), form)));
    }
    for text in STORED.iter().flat_map(|name| texts(name)) {
        found.push((Secret::new(text).ok(), Form::Stored));
    }
    let base64 = BASE64.iter().flat_map(|name| texts(name)).map(|text| lenient::base64(&text));
    let hex = HEX.iter().flat_map(|name| texts(name)).map(|text| lenient::hex(&text));
    let oct = ["jwk", "jwks"].iter().filter_map(|name| members.get(*name)).flat_map(shared_jwks).map(Some);
    for bytes in base64.chain(hex).chain(oct) {
        let secret = Secret::new(bytes.ok_or_else(|| malformed("has a key with invalid base64 or hex"))?).ok();
        found.extend([Form::Shared, Form::Stored].map(|form| (secret.clone(), form)));
    }
    Ok(found)
}

/// Returns the texts of a member: each element of a list, and each key of a set.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().filter_map(lenient::text_of).collect(),
        Value::Object(members) if members.contains_key("keys") => members.get("keys").map(texts).unwrap_or_default(),
        Value::String(text) => match serde_json::from_str(text) {
            Ok(set @ Value::Object(_)) => texts(&set),
            _ => vec![text.clone()],
        },
        value => lenient::text_of(value).into_iter().collect(),
    }
}

/// Returns the keys of an HMAC in a JWK or a set of them.
fn shared_jwks(value: &Value) -> Vec<Vec<u8>> {
    let jwks = texts(value).into_iter().filter_map(|text| serde_json::from_str::<Value>(&text).ok());
    let key = |jwk: Value| jwk.get("k").and_then(Value::as_str).and_then(lenient::base64);
    jwks.filter_map(key).collect()
}

/// Returns the signing methods for which a key of this form can be tried, each alone.
pub(super) fn methods(methods: &[Description], form: Form) -> Vec<Vec<Description>> {
    if form == Form::Stored {
        return vec![methods.to_vec()];
    }
    // Otherwise a request could be valid that is signed with a public key as the key of an HMAC.
    let fits = |method: &&Description| {
        is_public(method) == (form == Form::Public) && method.algorithm != Some(Algorithm::Token)
    };
    methods.iter().filter(fits).map(|method| vec![Description { key: None, ..method.clone() }]).collect()
}

fn is_public(method: &Description) -> bool {
    match method.algorithm.unwrap_or_default() {
        Algorithm::Jwt => {
            !method.jwt.as_ref().is_some_and(|jwt| jwt.algorithms.iter().any(|algorithm| algorithm.starts_with("HS")))
        }
        algorithm => algorithm.is_public(),
    }
}
