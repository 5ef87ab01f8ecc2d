//! A payload as a page shows it: shortened, so that no page becomes large.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookline_event::Payload;
use serde::Serialize;

/// The longest text of a payload on a page. Escaping makes it up to six times as long.
const MAX_BYTES: usize = 12 * 1024;

/// The texts of a payload.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct ShownPayload {
    /// Indented, if the payload is JSON.
    pretty: Option<String>,
    /// The exact text, or the bytes in base64.
    raw: String,
    /// What `raw` is: `text`, `base64` or `location`.
    form: &'static str,
    /// The number of bytes; `None` if the payload is not in the message.
    size: Option<usize>,
    is_shortened: bool,
}

impl ShownPayload {
    /// Returns a payload as it is in a message.
    pub(super) fn new(payload: &Payload) -> Self {
        match payload {
            Payload::Inline(bytes) => Self::of_bytes(bytes),
            Payload::Offloaded { uri } => Self { raw: uri.clone(), form: "location", ..Self::default() },
        }
    }

    /// Returns a payload of these bytes.
    pub(super) fn of_bytes(bytes: &[u8]) -> Self {
        let (text, form) = match std::str::from_utf8(bytes) {
            Ok(text) => (text.to_owned(), "text"),
            Err(_) => (STANDARD.encode(bytes), "base64"),
        };
        let pretty = (form == "text").then(|| serde_json::from_str::<serde_json::Value>(&text).ok()).flatten();
        let pretty = pretty.and_then(|value| serde_json::to_string_pretty(&value).ok());
        let (raw, is_raw_shortened) = shortened(text);
        let pretty = pretty.map(shortened);
        let is_shortened = is_raw_shortened || pretty.as_ref().is_some_and(|(_, is_shortened)| *is_shortened);
        Self { pretty: pretty.map(|(text, _)| text), raw, form, size: Some(bytes.len()), is_shortened }
    }
}

fn shortened(mut text: String) -> (String, bool) {
    let is_long = text.len() > MAX_BYTES;
    text.truncate(text.floor_char_boundary(MAX_BYTES));
    (text, is_long)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payload_is_indented_and_exact() {
        let shown = ShownPayload::of_bytes(b"{\"b\":1,  \"a\":[]}");
        assert_eq!(shown.raw, "{\"b\":1,  \"a\":[]}");
        assert!(shown.pretty.unwrap().contains("\n  \"a\": []"));
        let shown = ShownPayload::of_bytes(b"\xff\x00");
        assert_eq!((shown.form, shown.raw.as_str(), shown.size), ("base64", "/wA=", Some(2)));
        let offloaded = ShownPayload::new(&Payload::offloaded("b", "k"));
        assert_eq!((offloaded.form, offloaded.raw.as_str(), offloaded.size), ("location", "s3://b/k", None));
    }

    #[test]
    fn long_payload_is_shortened_between_characters() {
        let shown = ShownPayload::of_bytes(format!("a{}", "ü".repeat(MAX_BYTES)).as_bytes());
        assert!(shown.is_shortened && shown.raw.len() == MAX_BYTES - 1);
    }
}
