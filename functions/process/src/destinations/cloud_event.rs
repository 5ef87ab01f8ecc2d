//! The event as AWS services carry it: the CloudEvent in JSON, and its attributes.
//!
//! <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md>,
//! <https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/dataref.md>.

use std::borrow::Cow;

use hookline_event::{DedupKey, Event, name};

use crate::failure::Failure;
use crate::reason::Reason;

/// How a service carries an event in JSON.
#[derive(Debug, Clone, Copy)]
pub(super) struct JsonFormat {
    /// The size of a message from which the payload is replaced by its location, if the payload was offloaded.
    pub(super) inline_bytes: usize,
    /// The size of the largest message.
    pub(super) max_bytes: usize,
    /// Whether the service can read a payload that is JSON. Any other payload becomes base64.
    pub(super) is_readable: fn(&str) -> bool,
    /// Changes the text of the JSON, but not its values.
    pub(super) rewrite: fn(String) -> String,
}

impl JsonFormat {
    /// Returns the event in JSON. The service counts `other_bytes` towards the same limit.
    ///
    /// # Errors
    ///
    /// [`Reason::EventTooLarge`]: the event is larger than the service accepts, and its payload was not offloaded or
    /// its attributes alone are too large.
    pub(super) fn write(&self, event: &Event, other_bytes: usize) -> Result<String, Failure> {
        // The payload is not encoded if its encoding would be too large in any case.
        let complete = if event.data.len() <= self.max_bytes {
            let json = event.to_readable_json(self.is_readable).map_err(|_| Reason::UnreadableEvent)?;
            Some((self.rewrite)(json))
        } else {
            None
        };
        let fits = |json: &String, bytes: usize| json.len().saturating_add(other_bytes) <= bytes;
        match complete {
            Some(json) if fits(&json, self.inline_bytes) => Ok(json),
            complete => {
                let reference = event.to_reference_json().map_err(|_| Reason::UnreadableEvent)?.map(self.rewrite);
                let json = reference.or(complete).filter(|json| fits(json, self.max_bytes));
                json.ok_or_else(|| Reason::EventTooLarge.into())
            }
        }
    }
}

/// Escapes the two characters that JSON may contain and the messages of SQS and SNS may not. JSON has them only in
/// strings.
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html>
pub(super) fn escape_noncharacters(json: String) -> String {
    if json.contains(['\u{fffe}', '\u{ffff}']) {
        return json.replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff");
    }
    json
}

/// Returns JSON as one line that ends with a line break (<https://github.com/ndjson/ndjson-spec>). JSON has line breaks
/// only between its values.
pub(super) fn ndjson(json: String) -> String {
    let mut line = if json.contains(['\r', '\n']) { json.replace(['\r', '\n'], " ") } else { json };
    line.push('\n');
    line
}

/// Returns the attributes that a receiver can read, and a subscription can filter by, without the event: printable
/// ASCII without spaces. The names and values are those of the headers of `http`. No value is empty.
pub(super) fn attributes(event: &Event) -> Vec<(&'static str, String)> {
    let attributes = [
        ("ce-id", name::encode_header(&event.id)),
        ("ce-type", ascii(&event.event_type)),
        ("ce-source", ascii(&event.source)),
        ("ce-dedupkey", ascii(event.dedup_key.as_str())),
        ("traceparent", event.traceparent.as_deref().map(ascii).unwrap_or_default()),
    ];
    attributes.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

/// Returns attributes as the headers of a preview.
pub(super) fn headers(attributes: &[(&'static str, String)]) -> Vec<(String, String)> {
    attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

/// Ingest writes attributes in printable ASCII. A message from elsewhere may have other characters.
pub(super) fn ascii(text: &str) -> String {
    if text.bytes().all(|byte| byte.is_ascii_graphic()) { text.to_owned() } else { name::encode_header(text) }
}

/// The longest identifier that [`identifier`] returns without a hash.
pub(super) const MAX_IDENTIFIER_BYTES: usize = 64;

/// Returns the deduplication key as an identifier that each service accepts: at most 64 letters, digits, hyphens and
/// underscores. The keys that ingest writes are 64 hex digits. A key from elsewhere is replaced by a hash if necessary.
pub(super) fn identifier(event: &Event) -> Cow<'_, str> {
    safe_name(event.dedup_key.as_str())
}

/// Returns a text of at most 64 letters, digits, hyphens and underscores, or 64 hex digits of a hash of any other text.
pub(super) fn safe_name(text: &str) -> Cow<'_, str> {
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if (1..=MAX_IDENTIFIER_BYTES).contains(&text.len()) && text.bytes().all(is_safe) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(DedupKey::from_signed_id("name", text).as_str().to_owned())
}
