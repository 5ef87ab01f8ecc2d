//! Reads members that files of vectors write in several ways.

use std::fmt;

use base64::Engine as _;
use hookline_template::{BASE64, BASE64URL};
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Decodes base64 of both alphabets, with or without padding and line breaks.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    let text: String = text.split_whitespace().collect();
    BASE64.decode(&text).or_else(|_| BASE64URL.decode(&text)).ok()
}

/// Decodes hex in either case.
pub(super) fn hex(text: &str) -> Option<Vec<u8>> {
    ::hex::decode(text.split_whitespace().collect::<String>()).ok()
}

/// Returns the text of a value: a text itself, or the JSON of any other value. `None` for null.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        value => Some(value.to_string()),
    }
}

pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(text_of(&Value::deserialize(deserializer)?))
}

/// Reads a number that may be a text.
pub(super) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        #[expect(clippy::cast_possible_truncation, reason = "a time in seconds or milliseconds fits")]
        Value::Number(number) => Ok(number.as_i64().or_else(|| number.as_f64().map(|number| number as i64))),
        Value::String(text) => text.trim().parse().map(Some).map_err(D::Error::custom),
        _ => Err(D::Error::custom("a time is a number")),
    }
}

/// Reads a verdict: `valid`, `invalid` or a synonym, `true` or `false`.
pub(super) fn verdict<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let text = match &value {
        Value::Bool(is_valid) => if *is_valid { "valid" } else { "invalid" }.to_owned(),
        Value::String(text) => text.to_lowercase(),
        _ => return Err(D::Error::custom("a verdict is `valid`, `invalid`, true or false")),
    };
    match text.as_str() {
        "valid" | "true" | "accept" | "accepted" | "ok" | "pass" => Ok("valid".to_owned()),
        "invalid" | "false" | "reject" | "rejected" | "fail" => Ok("invalid".to_owned()),
        _ => Err(D::Error::custom(format!("`{text}` is not a verdict: `valid` or `invalid`"))),
    }
}

pub(super) fn optional_verdict<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    verdict(deserializer).map(Some)
}

/// Reads names with values in their order: an object whose values may be lists, a list of pairs or of objects with `name` and
/// `value`, or a query.
pub(super) fn pairs<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, String)>, D::Error> {
    deserializer.deserialize_any(PairsVisitor)
}

struct PairsVisitor;

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = Vec<(String, String)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("names with values: an object, a list of pairs or a query")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_str<E: Error>(self, query: &str) -> Result<Self::Value, E> {
        Ok(form_urlencoded::parse(query.trim_start_matches('?').as_bytes()).into_owned().collect())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some((name, value)) = members.next_entry::<String, Value>()? {
            pairs.extend(named(&name, &value));
        }
        Ok(pairs)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some(item) = items.next_element::<Value>()? {
            pairs.extend(pair(&item).ok_or_else(|| A::Error::custom("a pair has a name and a value"))?);
        }
        Ok(pairs)
    }
}

fn pair(item: &Value) -> Option<Vec<(String, String)>> {
    match item {
        Value::Array(pair) => match &pair[..] {
            [Value::String(name), value] => Some(named(name, value)),
            _ => None,
        },
        Value::Object(members) => {
            let name = members.get("name").or_else(|| members.get("key"))?.as_str()?;
            Some(named(name, members.get("value")?))
        }
        _ => None,
    }
}

fn named(name: &str, value: &Value) -> Vec<(String, String)> {
    let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    values.iter().filter_map(text_of).map(|value| (name.to_owned(), value)).collect()
}
