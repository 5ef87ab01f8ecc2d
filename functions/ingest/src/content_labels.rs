//! The labels of a body: its content type and its content codings.
//!
//! A label describes the body, but the signature proves it. A label is therefore corrected or omitted, and never a reason
//! to lose an event.

use hookline_signature::Headers;

/// The longest content type that is passed on. It becomes a header of the delivery.
const MAX_CONTENT_TYPE_BYTES: usize = 200;

/// The maximum number of codings that are passed on, more than any sender applies.
const MAX_CODINGS: usize = 8;

/// The content codings in use (<https://www.iana.org/assignments/http-parameters/http-parameters.xhtml>). Other values,
/// such as `UTF-8`, `8bit` and `identity`, say nothing about the bytes.
const CODINGS: [&str; 7] = ["gzip", "x-gzip", "br", "zstd", "deflate", "compress", "x-compress"];

/// The labels of a body that are passed on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ContentLabels {
    /// The declared content type, if it can be a header.
    pub(crate) content_type: Option<String>,
    /// The content codings in lower case, in the order in which they were applied.
    pub(crate) content_encoding: Option<String>,
    /// The media type of each declared content type in lower case, without parameters.
    pub(crate) media_types: Vec<String>,
}

impl ContentLabels {
    /// Reads the labels of a request.
    pub(crate) fn read(headers: &Headers) -> Self {
        let mut content_types: Vec<&str> = headers.all("Content-Type").flat_map(split_content_types).collect();
        content_types.dedup_by(|one, other| one.eq_ignore_ascii_case(other));
        let media_types = content_types.iter().map(|content_type| media_type(content_type)).collect();
        let codings = headers.all("Content-Encoding").flat_map(|value| value.split(','));
        let codings = codings.map(|coding| coding.trim().to_ascii_lowercase());
        let codings: Vec<_> = codings.filter(|coding| CODINGS.contains(&&**coding)).take(MAX_CODINGS).collect();
        Self {
            content_type: usable_content_type(&content_types),
            content_encoding: (!codings.is_empty()).then(|| codings.join(", ")),
            media_types,
        }
    }

    /// Whether the body is declared as JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.media_types.iter().any(|media_type| is_json(media_type))
    }
}

/// Whether a media type is JSON.
pub(crate) fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || media_type.ends_with("+json")
}

/// Returns the media type of a content type in lower case, without parameters.
pub(crate) fn media_type(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Splits the values of a repeated header, which an HTTP API joins with commas. A comma can also be part of a parameter.
fn split_content_types(value: &str) -> Vec<&str> {
    let pieces: Vec<_> = value.split(',').map(str::trim).filter(|piece| !piece.is_empty()).collect();
    if pieces.iter().all(|piece| is_media_type(&media_type(piece))) { pieces } else { vec![value.trim()] }
}

/// Whether a text is `type/subtype`, each a token of [RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#name-tokens).
fn is_media_type(text: &str) -> bool {
    let is_token = |part: &str| {
        let is_token_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        !part.is_empty() && part.bytes().all(is_token_byte)
    };
    text.split_once('/').is_some_and(|(main_type, subtype)| is_token(main_type) && is_token(subtype))
}

/// Returns the content types as one value of a header. If this is not possible, returns the first media type alone.
fn usable_content_type(content_types: &[&str]) -> Option<String> {
    let all = content_types.join(", ");
    let is_usable = !all.is_empty()
        && all.len() <= MAX_CONTENT_TYPE_BYTES
        && all.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    if is_usable {
        return Some(all);
    }
    let first = content_types.first().map(|content_type| media_type(content_type));
    first.filter(|first| is_media_type(first) && first.len() <= MAX_CONTENT_TYPE_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn content_type_case(values: &[&str], expected: Option<&str>) {
        let headers = Headers::from_iter(values.iter().map(|value| ("Content-Type", *value)));
        assert_eq!(ContentLabels::read(&headers).content_type.as_deref(), expected, "{values:?}");
    }

    #[test]
    fn content_type_is_passed_on_if_it_can_be_a_header() {
        for value in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/json; utf-8",
            "application/json;",
            "applications/json",
            "text/html",
            "json",
            "multipart/form-data; boundary=\"a,b/c\"",
            "text/plain, application/json",
        ] {
            content_type_case(&[value], Some(value));
        }
        content_type_case(&[], None);
        content_type_case(&["", " "], None);
        content_type_case(&["application/json, application/json"], Some("application/json"));
        content_type_case(&["application/json,Application/Json"], Some("application/json"));
        content_type_case(&["application/json", "application/json"], Some("application/json"));
        content_type_case(&["text/plain", "application/json"], Some("text/plain, application/json"));
        content_type_case(&["application/json; x=\u{7f}"], Some("application/json"));
        content_type_case(&[&format!("application/json; x={}", "y".repeat(200))], Some("application/json"));
        content_type_case(&["s\u{fc}\u{df}"], None);
        content_type_case(&["a\r\nb"], None);
        content_type_case(&[&"x".repeat(1000)], None);
    }

    #[track_caller]
    fn encoding_case(values: &[&str], expected: Option<&str>) {
        let headers = Headers::from_iter(values.iter().map(|value| ("Content-Encoding", *value)));
        assert_eq!(ContentLabels::read(&headers).content_encoding.as_deref(), expected, "{values:?}");
    }

    #[test]
    fn only_content_codings_are_passed_on() {
        for value in
            ["UTF-8", "utf8", "8bit", "7bit", "binary", "identity", "", " ", "none", "null", "iso-8859-1", "\u{e9}"]
        {
            encoding_case(&[value], None);
            encoding_case(&[value, value], None);
        }
        for value in ["gzip", "x-gzip", "br", "zstd", "deflate"] {
            encoding_case(&[value], Some(value));
            encoding_case(&[&format!(" {} ", value.to_uppercase())], Some(value));
            encoding_case(&["identity", value, "utf-8"], Some(value));
        }
        encoding_case(&["gzip, br"], Some("gzip, br"));
        encoding_case(&["gzip", "br"], Some("gzip, br"));
        encoding_case(&[&"br,".repeat(1000)], Some("br, br, br, br, br, br, br, br"));
    }
}
