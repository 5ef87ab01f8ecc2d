//! The content types and encodings that a request may declare. They are checked after the signature is verified.

use hookline_signature::Headers;
use serde::de::IgnoredAny;

use crate::rejection::Rejection;

/// The content types that most senders use. A source can override the list.
const DEFAULT_PATTERNS: [&str; 5] = [
    "application/json",
    "application/*+json",
    "application/x-www-form-urlencoded",
    "application/octet-stream",
    "text/plain",
];

/// The content type of a body without a declared type.
const DEFAULT_CONTENT_TYPE: &str = "application/octet-stream";

/// The longest accepted content type. It becomes a header of the delivery.
const MAX_CONTENT_TYPE_BYTES: usize = 200;

/// The content types that a source may send, as lower-case patterns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentPolicy(Vec<String>);

/// A configured pattern that is neither a content type nor a pattern of content types.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{pattern}` is not a content type such as `application/json` or `application/*+json`")]
pub struct InvalidContentTypePattern {
    /// The configured text.
    pub pattern: String,
}

impl Default for ContentPolicy {
    fn default() -> Self {
        Self(DEFAULT_PATTERNS.map(str::to_owned).to_vec())
    }
}

impl ContentPolicy {
    /// Creates a policy from patterns such as `type/subtype` or `type/*+suffix`. `None` selects the default patterns.
    ///
    /// # Errors
    ///
    /// [`InvalidContentTypePattern`] for the first invalid pattern.
    pub fn new(patterns: Option<&[String]>) -> Result<Self, InvalidContentTypePattern> {
        let Some(patterns) = patterns else { return Ok(Self::default()) };
        let is_invalid = |pattern: &&String| {
            pattern.split_once('/').is_none_or(|(main_type, subtype)| main_type.is_empty() || subtype.is_empty())
        };
        match patterns.iter().find(is_invalid) {
            Some(pattern) => Err(InvalidContentTypePattern { pattern: pattern.clone() }),
            None => Ok(Self(patterns.iter().map(|pattern| pattern.to_ascii_lowercase()).collect())),
        }
    }

    /// Checks a verified body against its headers. Returns the declared content type.
    pub(crate) fn check(&self, headers: &Headers, body: &[u8]) -> Result<Option<String>, Rejection> {
        let encoding = headers.at_most_one("Content-Encoding").map_err(|_| Rejection::UnsupportedContentEncoding)?;
        if encoding.is_some_and(|encoding| !encoding.trim().eq_ignore_ascii_case("identity")) {
            return Err(Rejection::UnsupportedContentEncoding);
        }
        let declared = headers.at_most_one("Content-Type").map_err(|_| Rejection::UnsupportedContentType)?;
        let media_type = declared.unwrap_or(DEFAULT_CONTENT_TYPE).split(';').next().unwrap_or_default();
        let media_type = media_type.trim().to_ascii_lowercase();
        let is_usable_as_header = declared.is_none_or(|content_type| {
            content_type.len() <= MAX_CONTENT_TYPE_BYTES && content_type.bytes().all(|byte| (32..127).contains(&byte))
        });
        if !is_usable_as_header || !self.0.iter().any(|pattern| matches(pattern, &media_type)) {
            return Err(Rejection::UnsupportedContentType);
        }
        if media_type == "application/json" || media_type.ends_with("+json") {
            // `IgnoredAny` skips strings without checking that they are UTF-8, so the body is checked first.
            let text = std::str::from_utf8(body).map_err(Rejection::InvalidUtf8)?;
            serde_json::from_str::<IgnoredAny>(text).map_err(Rejection::InvalidJson)?;
        }
        Ok(declared.map(str::to_owned))
    }
}

fn matches(pattern: &str, media_type: &str) -> bool {
    match pattern.split_once('*') {
        Some((prefix, suffix)) => {
            media_type.len() > prefix.len() + suffix.len()
                && media_type.starts_with(prefix)
                && media_type.ends_with(suffix)
        }
        None => pattern == media_type,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(headers: &[(&str, &str)], body: &[u8], expected: &str) {
        let headers = Headers::from_iter(headers.iter().copied());
        let result = ContentPolicy::new(None).unwrap().check(&headers, body);
        let code = result.as_ref().map_or_else(|rejection| rejection.public_error().reason_code, |_| "accepted");
        assert_eq!(code, expected, "{headers:?}");
    }

    #[test]
    fn checks_content_type_and_encoding() {
        case(&[("content-type", "application/json")], b"{}", "accepted");
        case(&[("Content-Type", "Application/JSON; charset=utf-8")], b" null ", "accepted");
        case(&[("content-type", "application/vnd.api+json")], b"{}", "accepted");
        case(&[("content-type", "application/json")], b"{", "invalid_json");
        case(&[("content-type", "application/json")], b"\xef\xbb\xbf{}", "invalid_json");
        case(&[("content-type", "application/vnd.api+json")], b"{} {}", "invalid_json");
        case(&[("content-type", "application/+json")], b"{}", "unsupported_content_type");
        case(&[("content-type", "application/octet-stream")], b"\x00\xff", "accepted");
        case(&[("content-type", "application/x-www-form-urlencoded")], b"payload=%7B%7D", "accepted");
        case(&[], b"\x00\xff", "accepted");
        case(&[("content-type", "")], b"{}", "unsupported_content_type");
        case(&[("content-type", "text/html")], b"{}", "unsupported_content_type");
        case(&[("content-type", "application/json; x=\u{7f}")], b"{}", "unsupported_content_type");
        case(&[("content-encoding", "gzip")], b"{}", "unsupported_content_encoding");
        case(&[("content-encoding", "identity")], b"{}", "accepted");
        case(&[("content-encoding", "identity"), ("Content-Encoding", "gzip")], b"{}", "unsupported_content_encoding");
        case(
            &[("content-type", "text/plain"), ("Content-Type", "application/json")],
            b"{}",
            "unsupported_content_type",
        );
    }

    #[test]
    fn accepts_json_of_any_depth() {
        let deep = [b"[".repeat(10_000), b"]".repeat(10_000)].concat();
        case(&[("content-type", "application/json")], &deep, "accepted");
    }

    #[test]
    fn source_can_override_the_patterns() {
        let only_xml = ContentPolicy::new(Some(&["application/xml".into()])).unwrap();
        let headers = Headers::from_iter([("Content-Type", "application/json")]);
        assert!(matches!(only_xml.check(&headers, b"{}"), Err(Rejection::UnsupportedContentType)));
        assert!(ContentPolicy::new(Some(&["json".into()])).is_err());
    }
}
