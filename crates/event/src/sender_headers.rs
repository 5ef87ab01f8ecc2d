use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The headers with which a sender signs its request and names the event, by their names in lower case. The extension
/// attribute `senderheaders` of a queue message, for listeners on a developer's computer: they verify the sender's own
/// signature. No destination receives it.
///
/// The number and the size are limited, so that a sender cannot enlarge each message. The caller leaves out headers with
/// credentials.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SenderHeaders(BTreeMap<String, String>);

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    senderheaders: SenderHeaders,
}

impl SenderHeaders {
    /// The maximum number of headers.
    pub const MAX_HEADERS: usize = 30;

    /// The maximum size of all names and values, in bytes.
    pub const MAX_BYTES: usize = 4096;

    /// Adds a header. Returns `false`, and adds nothing, if the value is not printable ASCII or a limit is exceeded. A value
    /// is never shortened.
    #[must_use]
    pub fn insert(&mut self, name: &str, value: &str) -> bool {
        let is_printable = value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        let bytes: usize = self.0.iter().map(|(name, value)| name.len() + value.len()).sum();
        let fits = self.0.len() < Self::MAX_HEADERS && bytes + name.len() + value.len() <= Self::MAX_BYTES;
        if is_printable && fits {
            self.0.insert(name.to_ascii_lowercase(), value.to_owned());
        }
        is_printable && fits
    }

    /// Returns each name with its value, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Adds the attribute to a queue message.
    ///
    /// # Errors
    ///
    /// Only if `serde_json` cannot write a string, which does not happen.
    pub fn add_to(&self, message: &mut String) -> serde_json::Result<()> {
        let Some(end) = message.rfind('}').filter(|_| !self.0.is_empty()) else { return Ok(()) };
        message.truncate(end);
        message.push_str(",\"senderheaders\":");
        message.push_str(&serde_json::to_string(&self.0)?);
        message.push('}');
        Ok(())
    }

    /// Returns the attribute of a queue message; without headers if the message has none.
    ///
    /// # Errors
    ///
    /// If the message is not JSON, or the attribute has another form.
    pub fn of_message(message: &str) -> serde_json::Result<Self> {
        serde_json::from_str(message).map(|Message { senderheaders }| senderheaders)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Event, Payload};

    const MESSAGE: &str = r#"{"specversion":"1.0","id":"1","source":"/webhooks/github","type":"github.push",
        "time":"2026-01-01T00:00:00Z","dedupkey":"4cb24aeed275","data_base64":"e30="}"#;

    #[test]
    fn a_message_with_the_attribute_is_the_same_event() {
        let mut headers = SenderHeaders::default();
        assert!(headers.insert("X-Hub-Signature-256", "sha256=ab") && headers.insert("webhook-id", "\"{}\\ 1"));
        let mut message = MESSAGE.to_owned();
        headers.add_to(&mut message).unwrap();
        assert_eq!(SenderHeaders::of_message(&message).unwrap(), headers);
        let event = Event::<Payload>::from_json(&message).unwrap();
        assert_eq!(event, Event::from_json(MESSAGE).unwrap());
        // Neither the event log nor a destination gets the attribute.
        assert!(!event.to_json().unwrap().contains("senderheaders"));
        let names: Vec<_> = headers.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["webhook-id", "x-hub-signature-256"]);
    }

    #[test]
    fn without_headers_the_message_does_not_change() {
        let mut message = MESSAGE.to_owned();
        SenderHeaders::default().add_to(&mut message).unwrap();
        assert_eq!(message, MESSAGE);
        assert_eq!(SenderHeaders::of_message(&message).unwrap(), SenderHeaders::default());
        assert!(SenderHeaders::of_message("no JSON").is_err());
        assert!(SenderHeaders::of_message(r#"{"senderheaders":1}"#).is_err());
    }

    #[test]
    fn number_and_size_are_limited() {
        let mut headers = SenderHeaders::default();
        assert!(!headers.insert("a", &"x".repeat(SenderHeaders::MAX_BYTES)));
        assert!(!headers.insert("a", "line\nend") && !headers.insert("a", "é"));
        let added = (0..50).filter(|number| headers.insert(&format!("x-{number}"), "v")).count();
        assert_eq!(added, SenderHeaders::MAX_HEADERS);
    }
}
