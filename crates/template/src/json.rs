//! Finds a value in JSON by its pointer ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)), without building the document: the
//! text is read once per level and nothing is copied, whatever the sender of an unverified body puts into it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// A JSON pointer, with its escapes decoded. In addition, `[0]` is the only element of an array: a batch of several events has no
/// single type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointer(Vec<String>);

impl Pointer {
    /// Parses a pointer, which is empty (the document) or begins with a slash.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self(Vec::new()));
        }
        let tokens = text.strip_prefix('/')?.split('/');
        Some(Self(tokens.map(|token| token.replace("~1", "/").replace("~0", "~")).collect()))
    }

    /// The tokens, for the sender's side.
    #[must_use]
    pub fn tokens(&self) -> &[String] {
        &self.0
    }

    /// Returns the JSON text of the value. `None` if there is none, if a member on the way occurs twice, or if the text is not
    /// JSON.
    #[must_use]
    pub fn find<'a>(&self, json: &'a [u8]) -> Option<&'a str> {
        let mut value: &RawValue = serde_json::from_slice(without_bom(json)).ok()?;
        for token in &self.0 {
            let mut deserializer = serde_json::Deserializer::from_str(value.get());
            value = Step(token).deserialize(&mut deserializer).ok()??;
        }
        Some(value.get())
    }

    /// Returns the value as text: a string is decoded, and any other value is its JSON text. Null is no value.
    #[must_use]
    pub fn text<'a>(&self, json: &'a [u8]) -> Option<Cow<'a, str>> {
        decoded(self.find(json)?)
    }
}

/// Returns a JSON text as a value: a string is decoded, and null is none.
fn decoded(raw: &str) -> Option<Cow<'_, str>> {
    match raw {
        "null" => None,
        _ if raw.starts_with('"') => serde_json::from_str::<String>(raw).ok().map(Cow::Owned),
        _ => Some(Cow::Borrowed(raw)),
    }
}

/// Returns the JSON texts of an array's elements, or `None` if it is no array or has more than `limit`.
#[must_use]
pub fn elements(raw: &str, limit: usize) -> Option<Vec<&str>> {
    struct Elements(usize);
    impl<'de> Visitor<'de> for Elements {
        type Value = Option<Vec<&'de str>>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array")
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
            let mut elements = Vec::new();
            while let Some(element) = array.next_element::<&RawValue>()? {
                if elements.len() == self.0 {
                    return Ok(None);
                }
                elements.push(element.get());
            }
            Ok(Some(elements))
        }
    }
    serde_json::Deserializer::from_str(raw).deserialize_seq(Elements(limit)).ok()?
}

/// Returns a body without its byte order mark, which a reader of JSON may ignore
/// ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259#section-8.1)). Some senders sign one.
#[must_use]
pub fn without_bom(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

/// The token for the only element of an array.
const ONLY_ELEMENT: &str = "[0]";

/// One step of a pointer: the member with this name, or the element with this index.
struct Step<'t>(&'t str);

impl<'de> DeserializeSeed<'de> for Step<'_> {
    type Value = Option<&'de RawValue>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Step<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let (mut found, mut is_duplicate) = (None, false);
        while let Some(is_match) = members.next_key_seed(IsName(self.0))? {
            if is_match {
                is_duplicate |= found.replace(members.next_value()?).is_some();
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found.filter(|_| !is_duplicate))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        let is_index = self.0 == "0" || (!self.0.starts_with('0') && self.0.bytes().all(|byte| byte.is_ascii_digit()));
        let index: Option<usize> = self.0.parse().ok().filter(|_| is_index);
        if self.0 == ONLY_ELEMENT {
            let first = array.next_element()?;
            let mut is_only = true;
            while array.next_element::<IgnoredAny>()?.is_some() {
                is_only = false;
            }
            return Ok(first.filter(|_| is_only));
        }
        let (mut found, mut position) = (None, 0);
        loop {
            if Some(position) == index {
                found = array.next_element::<&RawValue>()?;
            } else if array.next_element::<IgnoredAny>()?.is_none() {
                return Ok(found);
            }
            position += 1;
        }
    }
}

/// Whether a member has this name. The name is not copied.
struct IsName<'t>(&'t str);

impl<'de> DeserializeSeed<'de> for IsName<'_> {
    type Value = bool;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for IsName<'_> {
    type Value = bool;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }
    fn visit_str<E>(self, name: &str) -> Result<bool, E> {
        Ok(name == self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(json: &str, pointer: &str, expected: Option<&str>) {
        let pointer = Pointer::parse(pointer).unwrap();
        assert_eq!(pointer.text(json.as_bytes()).as_deref(), expected, "{json}");
    }

    #[test]
    fn pointer_finds_members_and_elements() {
        case(r#"{"a":{"b":["x","y\u0041"]}}"#, "/a/b/1", Some("yA"));
        case(r#"{"a":{"b":1.50}}"#, "/a/b", Some("1.50"));
        case(r#"{"a":{"b":1.50}}"#, "/a", Some(r#"{"b":1.50}"#));
        case(r#"{"a/b":{"~":true}}"#, "/a~1b/~0", Some("true"));
        case("[[],{\"x\":null}]", "/1/x", None);
        case("\u{feff}{\"x\":\"1\"}", "/x", Some("1"));
        case("[10,11]", "/01", None);
        case("[10,11]", "/2", None);
        case("[10,11]", "/-", None);
        case("[{\"a\":1}]", "/[0]/a", Some("1"));
        case("[{\"a\":1},{}]", "/[0]/a", None);
        case("[]", "/[0]", None);
    }

    #[test]
    fn ambiguous_or_malformed_documents_have_no_values() {
        for json in
            [r#"{"a":1,"a":1}"#, r#"{"a":1"#, r#"{"a":1}}"#, r#"{"a":1} x"#, "", "1", "\"a\"", r#"{"a":1,"b":[}"#]
        {
            case(json, "/a", None);
        }
    }

    #[test]
    fn depth_is_no_problem() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        case(&format!(r#"{{"x":{deep},"a":"b"}}"#), "/a", Some("b"));
    }

    #[test]
    fn number_of_elements_is_limited() {
        assert_eq!(elements("[1,{\"a\":2}]", 2), Some(vec!["1", "{\"a\":2}"]));
        assert_eq!(elements("[1,2,3]", 2), None);
        assert_eq!(elements("{}", 2), None);
    }
}
