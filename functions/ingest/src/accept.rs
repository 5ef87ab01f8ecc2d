//! What a body may be declared as. It is looked at only once the signature holds.

use hookline_signature::Headers;
use serde::de::IgnoredAny;

use crate::rejection::Rejection;

/// What most senders send; a source can have a list of its own.
const USUAL: [&str; 5] = [
    "application/json",
    "application/*+json",
    "application/x-www-form-urlencoded",
    "application/octet-stream",
    "text/plain",
];

/// A body without a declared type is bytes.
const UNDECLARED: &str = "application/octet-stream";

/// Longest content type that is kept: it becomes a header of the delivery.
const MAX_CONTENT_TYPE_BYTES: usize = 200;

/// The content types that a source may send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance(Vec<String>);

/// Not a content type or a pattern of one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{pattern}` is not a content type such as `application/json` or `application/*+json`")]
pub struct BadPattern {
    /// What was given.
    pub pattern: String,
}

impl Default for Acceptance {
    fn default() -> Self {
        Self(USUAL.map(str::to_owned).to_vec())
    }
}

impl Acceptance {
    /// Patterns are `type/subtype` or `type/*+suffix`; without any, the usual ones.
    ///
    /// # Errors
    ///
    /// [`BadPattern`] names the first that is neither.
    pub fn new(patterns: Option<&[String]>) -> Result<Self, BadPattern> {
        let Some(patterns) = patterns else { return Ok(Self::default()) };
        let bad =
            patterns.iter().find(|pattern| pattern.split_once('/').is_none_or(|(a, b)| a.is_empty() || b.is_empty()));
        match bad {
            Some(pattern) => Err(BadPattern { pattern: pattern.clone() }),
            None => Ok(Self(patterns.iter().map(|pattern| pattern.to_ascii_lowercase()).collect())),
        }
    }

    /// Checks a verified body against its declaration and gives the declared content type.
    pub(crate) fn check(&self, headers: &Headers, body: &[u8]) -> Result<Option<String>, Rejection> {
        let encoding = headers.at_most_one("Content-Encoding").map_err(|_| Rejection::UnsupportedEncoding)?;
        if encoding.is_some_and(|encoding| !encoding.trim().eq_ignore_ascii_case("identity")) {
            return Err(Rejection::UnsupportedEncoding);
        }
        let declared = headers.at_most_one("Content-Type").map_err(|_| Rejection::UnsupportedType)?;
        let essence = declared.unwrap_or(UNDECLARED).split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let fit = declared
            .is_none_or(|it| it.len() <= MAX_CONTENT_TYPE_BYTES && it.bytes().all(|byte| (32..127).contains(&byte)));
        if !fit || !self.0.iter().any(|pattern| matches(pattern, &essence)) {
            return Err(Rejection::UnsupportedType);
        }
        if essence == "application/json" || essence.ends_with("+json") {
            // From text: the parser does not look into the bytes of a string that it skips.
            let text = std::str::from_utf8(body).map_err(Rejection::NotUtf8)?;
            serde_json::from_str::<IgnoredAny>(text).map_err(Rejection::NotJson)?;
        }
        Ok(declared.map(str::to_owned))
    }
}

fn matches(pattern: &str, essence: &str) -> bool {
    match pattern.split_once('*') {
        Some((before, after)) => {
            essence.len() > before.len() + after.len() && essence.starts_with(before) && essence.ends_with(after)
        }
        None => pattern == essence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(headers: &[(&str, &str)], body: &[u8], expected: &str) {
        let headers = Headers::from_iter(headers.iter().copied());
        let verdict = Acceptance::new(None).unwrap().check(&headers, body);
        let word = verdict.as_ref().map_or_else(|rejection| rejection.told().reason, |_| "accepted");
        assert_eq!(word, expected, "{headers:?}");
    }

    #[test]
    fn declarations_are_checked() {
        case(&[("content-type", "application/json")], b"{}", "accepted");
        case(&[("Content-Type", "Application/JSON; charset=utf-8")], b" null ", "accepted");
        case(&[("content-type", "application/vnd.api+json")], b"{}", "accepted");
        case(&[("content-type", "application/json")], b"{", "not_json");
        case(&[("content-type", "application/json")], b"\xef\xbb\xbf{}", "not_json");
        case(&[("content-type", "application/vnd.api+json")], b"{} {}", "not_json");
        case(&[("content-type", "application/+json")], b"{}", "unsupported_type");
        case(&[("content-type", "application/octet-stream")], b"\x00\xff", "accepted");
        case(&[("content-type", "application/x-www-form-urlencoded")], b"payload=%7B%7D", "accepted");
        case(&[], b"\x00\xff", "accepted");
        case(&[("content-type", "")], b"{}", "unsupported_type");
        case(&[("content-type", "text/html")], b"{}", "unsupported_type");
        case(&[("content-type", "application/json; x=\u{7f}")], b"{}", "unsupported_type");
        case(&[("content-encoding", "gzip")], b"{}", "unsupported_encoding");
        case(&[("content-encoding", "identity")], b"{}", "accepted");
        case(&[("content-encoding", "identity"), ("Content-Encoding", "gzip")], b"{}", "unsupported_encoding");
        case(&[("content-type", "text/plain"), ("Content-Type", "application/json")], b"{}", "unsupported_type");
    }

    #[test]
    fn json_may_be_as_deep_as_it_likes() {
        let deep = [b"[".repeat(10_000), b"]".repeat(10_000)].concat();
        case(&[("content-type", "application/json")], &deep, "accepted");
    }

    #[test]
    fn a_source_can_have_its_own_list() {
        let only_xml = Acceptance::new(Some(&["application/xml".into()])).unwrap();
        let headers = Headers::from_iter([("Content-Type", "application/json")]);
        assert!(matches!(only_xml.check(&headers, b"{}"), Err(Rejection::UnsupportedType)));
        assert!(Acceptance::new(Some(&["json".into()])).is_err());
    }
}
