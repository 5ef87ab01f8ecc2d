use std::borrow::{Borrow, Cow};
use std::fmt;
use std::ops::Deref;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

/// A string that borrows from the parsed JSON, unless it contains an escape sequence. Unlike `Cow`, which serde copies
/// there, it also borrows in a list or a map.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CowStr<'a>(Cow<'a, str>);

impl Deref for CowStr<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// Allows look-ups in a map by `&str`.
impl Borrow<str> for CowStr<'_> {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CowStr<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self)
    }
}

impl<'a> From<CowStr<'a>> for String {
    fn from(CowStr(text): CowStr<'a>) -> Self {
        text.into_owned()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for CowStr<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(CowStrVisitor)
    }
}

struct CowStrVisitor;

impl<'de> Visitor<'de> for CowStrVisitor {
    type Value = CowStr<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<CowStr<'de>, E> {
        Ok(CowStr(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<CowStr<'de>, E> {
        Ok(CowStr(Cow::Owned(text.to_owned())))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<CowStr<'de>, E> {
        Ok(CowStr(Cow::Owned(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_escaped_strings_are_copied() {
        let read: Vec<CowStr<'_>> = serde_json::from_str(r#"["not escaped","a \"quote\""]"#).unwrap();
        assert!(
            matches!(&read[..], [CowStr(Cow::Borrowed("not escaped")), CowStr(Cow::Owned(quote))] if quote == "a \"quote\"")
        );
        assert!(serde_json::from_str::<CowStr<'_>>("1").is_err());
    }
}
