//! The content types that a source may declare, and whether JSON is checked. Both are checked after the signature is
//! verified.

use hookline_signature::{Headers, without_bom};
use serde::de::IgnoredAny;

use crate::content_labels::ContentLabels;
use crate::rejection::Rejection;

/// The media type of a body without a declared type.
const DEFAULT_MEDIA_TYPE: &str = "application/octet-stream";

/// What a source may send. By default, anything that is authentic.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContentPolicy {
    /// The accepted content types as lower-case patterns. `None` accepts each.
    patterns: Option<Vec<String>>,
    /// Whether a body that is declared as JSON must be valid JSON.
    validates_json: bool,
}

/// A configured pattern that is neither a content type nor a pattern of content types.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{pattern}` is not a content type such as `application/json` or `application/*+json`")]
pub struct InvalidContentTypePattern {
    /// The configured text.
    pub pattern: String,
}

impl ContentPolicy {
    /// Creates a policy from patterns such as `type/subtype` or `type/*+suffix`. `None` accepts each content type.
    ///
    /// # Errors
    ///
    /// [`InvalidContentTypePattern`] for the first invalid pattern.
    pub fn new(patterns: Option<&[String]>, validates_json: bool) -> Result<Self, InvalidContentTypePattern> {
        let is_invalid = |pattern: &&String| {
            pattern.split_once('/').is_none_or(|(main_type, subtype)| main_type.is_empty() || subtype.is_empty())
        };
        if let Some(pattern) = patterns.unwrap_or_default().iter().find(is_invalid) {
            return Err(InvalidContentTypePattern { pattern: pattern.clone() });
        }
        let lower_case = |patterns: &[String]| patterns.iter().map(|pattern| pattern.to_ascii_lowercase()).collect();
        Ok(Self { patterns: patterns.map(lower_case), validates_json })
    }

    /// Checks a verified body against its headers. Returns its labels.
    pub(crate) fn check(&self, headers: &Headers, body: &[u8]) -> Result<ContentLabels, Rejection> {
        let labels = ContentLabels::read(headers);
        if let Some(patterns) = &self.patterns {
            let is_accepted = |media_type: &str| patterns.iter().any(|pattern| matches(pattern, media_type));
            let are_accepted = match &*labels.media_types {
                [] => is_accepted(DEFAULT_MEDIA_TYPE),
                media_types => media_types.iter().all(|media_type| is_accepted(media_type)),
            };
            if !are_accepted {
                return Err(Rejection::UnsupportedContentType);
            }
        }
        if self.validates_json && labels.is_json() {
            if labels.content_encoding.is_some() {
                return Err(Rejection::UnsupportedContentEncoding);
            }
            // `IgnoredAny` skips strings without checking that they are UTF-8, so the body is checked first.
            let text = std::str::from_utf8(without_bom(body)).map_err(Rejection::InvalidUtf8)?;
            serde_json::from_str::<IgnoredAny>(text).map_err(Rejection::InvalidJson)?;
        }
        Ok(labels)
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

    /// The result of a policy for these headers: `accepted`, or the reason code.
    fn result(policy: &ContentPolicy, headers: &[(&str, &str)], body: &[u8]) -> &'static str {
        let headers = Headers::from_iter(headers.iter().copied());
        let result = policy.check(&headers, body);
        result.as_ref().map_or_else(|rejection| rejection.public_error().reason_code, |_| "accepted")
    }

    #[test]
    fn policy_without_options_accepts_everything() {
        let policy = ContentPolicy::default();
        for content_type in ["application/json", "text/html", "", "application/json; x=\u{7f}", "\u{e9}", "a/b, c/d"] {
            for encoding in ["gzip", "UTF-8", "", "identity", "\u{e9}"] {
                let headers = [("Content-Type", content_type), ("Content-Encoding", encoding)];
                assert_eq!(result(&policy, &headers, b"\xef\xbb\xbf{\xff"), "accepted", "{headers:?}");
            }
        }
    }

    #[track_caller]
    fn json_case(headers: &[(&str, &str)], body: &[u8], expected: &str) {
        let policy = ContentPolicy::new(None, true).unwrap();
        assert_eq!(result(&policy, headers, body), expected, "{headers:?}");
    }

    #[test]
    fn option_checks_what_is_declared_as_json() {
        json_case(&[("content-type", "application/json")], b"{}", "accepted");
        json_case(&[("Content-Type", "Application/JSON; charset=utf-8")], b" null ", "accepted");
        json_case(&[("content-type", "application/vnd.api+json")], b"{}", "accepted");
        json_case(&[("content-type", "application/json")], b"\xef\xbb\xbf{}", "accepted");
        json_case(&[("content-type", "application/json")], b"{", "invalid_json");
        json_case(&[("content-type", "application/json")], b"\"\xff\"", "invalid_json");
        json_case(&[("content-type", "application/vnd.api+json")], b"{} {}", "invalid_json");
        json_case(&[("content-type", "application/json, application/json")], b"{", "invalid_json");
        json_case(&[("content-type", "text/plain"), ("Content-Type", "application/json")], b"{", "invalid_json");
        json_case(&[("content-type", "text/plain")], b"{", "accepted");
        json_case(&[], b"\x00\xff", "accepted");
        let encoded = [("content-type", "application/json"), ("content-encoding", "gzip")];
        json_case(&encoded, b"\x1f\x8b", "unsupported_content_encoding");
        let charset = [("content-type", "application/json"), ("content-encoding", "UTF-8")];
        json_case(&charset, b"{}", "accepted");
    }

    #[test]
    fn option_accepts_json_of_any_depth() {
        let deep = [b"[".repeat(10_000), b"]".repeat(10_000)].concat();
        json_case(&[("content-type", "application/json")], &deep, "accepted");
    }

    #[test]
    fn patterns_are_an_allow_list() {
        let patterns = ["application/xml".to_owned(), "Application/*+JSON".to_owned()];
        let policy = ContentPolicy::new(Some(&patterns), false).unwrap();
        for (values, expected) in [
            (&["application/xml"][..], "accepted"),
            (&["application/xml; charset=utf-8"], "accepted"),
            (&["application/xml, application/xml"], "accepted"),
            (&["application/vnd.api+json"], "accepted"),
            (&["application/+json"], "unsupported_content_type"),
            (&["application/json"], "unsupported_content_type"),
            (&["application/xml", "application/json"], "unsupported_content_type"),
            (&["xml"], "unsupported_content_type"),
            (&[], "unsupported_content_type"),
        ] {
            let headers: Vec<_> = values.iter().map(|value| ("Content-Type", *value)).collect();
            assert_eq!(result(&policy, &headers, b"{"), expected, "{values:?}");
        }
        let octets = ContentPolicy::new(Some(&["application/octet-stream".to_owned()]), false).unwrap();
        assert_eq!(result(&octets, &[], b"x"), "accepted");
        assert!(ContentPolicy::new(Some(&["json".into()]), false).is_err());
    }
}
