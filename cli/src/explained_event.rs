//! The event of which `routes explain` shows the deliveries: an event in JSON, or a payload with its source and type.

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hookline_event::{DedupKey, Event, ForwardedHeaders, Payload};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// The id of an event that is made of a payload.
const EXAMPLE_ID: &str = "example";

/// What a payload alone does not have.
#[derive(Debug, Clone, Default)]
pub struct PayloadContext {
    /// The name of the source; `events` for `POST /events`.
    pub source: String,
    /// The type, as routes have it; `<source>.unknown` without one.
    pub event_type: Option<String>,
    /// The headers of the sender's request.
    pub headers: Vec<(String, String)>,
    /// The time of the event in RFC 3339.
    pub time: String,
}

/// The payload of an event that other consumers receive.
#[derive(Deserialize)]
struct ReadableEvent<'a> {
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

/// Reads an event in JSON: a queue message, the output of `dlq show --json`, or a CloudEvent as destinations receive it,
/// also as an entry of EventBridge.
///
/// # Errors
///
/// If the text is no such event, or if its payload is in the payload bucket.
pub fn from_json(text: &str) -> Result<Event> {
    let outer: Value = serde_json::from_str(text).context("the event is not JSON: a payload needs --source")?;
    if let Some(message) = outer["message"].as_str() {
        return from_json(message);
    }
    if outer["detail"]["specversion"].is_string() {
        return from_json(&outer["detail"].to_string());
    }
    let message = with_encoded_data(text, outer)?;
    let event = Event::from_json(&message).context("the file has no event; a payload needs --source")?;
    let (event, payload) = event.replace_data(());
    match payload {
        Payload::Inline(bytes) => Ok(event.replace_data(bytes).0),
        Payload::Offloaded { uri } => {
            bail!("the payload is `{uri}`: download it, and use it as --event with --source and --type")
        }
    }
}

/// Returns an event whose payload is in `data` with the payload in base64, as on the queue.
fn with_encoded_data(text: &str, mut event: Value) -> Result<String> {
    // The exact text of the payload, which `Value` does not have.
    let readable: ReadableEvent<'_> = serde_json::from_str(text).context("the event is not a JSON object")?;
    let Some(data) = readable.data else { return Ok(text.to_owned()) };
    event["data_base64"] = STANDARD.encode(data.get()).into();
    Ok(event.to_string())
}

/// Makes an event of a payload, as ingest would.
#[must_use]
pub fn from_payload(data: Vec<u8>, context: PayloadContext) -> Event {
    let PayloadContext { source, event_type, headers, time } = context;
    let path = if source == "events" { "/events".to_owned() } else { format!("/webhooks/{source}") };
    let header = |name: &str| headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    let (content_type, content_encoding) = (header("content-type").cloned(), header("content-encoding").cloned());
    let mut forwarded = ForwardedHeaders::default();
    for (name, value) in &headers {
        // Ingest leaves out the same headers.
        let _ = forwarded.insert(name, value);
    }
    Event {
        id: EXAMPLE_ID.to_owned(),
        event_type: event_type.unwrap_or_else(|| format!("{source}.unknown")),
        time,
        dedup_key: DedupKey::from_body(&path, &data),
        source: path,
        recorded_time: None,
        sender_source: None,
        request_id: None,
        content_type,
        content_encoding,
        data_hash: None,
        traceparent: None,
        hops: 0,
        payload_uri: None,
        replay: None,
        forwarded,
        data: Bytes::from(data),
    }
}

/// Returns the identity of an event as JSON.
#[must_use]
pub fn summary(event: &Event) -> Value {
    json!({ "id": event.id, "source": event.source_name(), "type": event.event_type })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dead_letter_queue::tests::event;

    #[test]
    fn event_is_read_in_each_form() {
        let payload = "{\"b\": 1.50, \"a\":\"\\u00fc\"}";
        let queued = Event { data: Payload::from(payload.as_bytes().to_vec()), ..event("github", "e-1") };
        let message = queued.to_json().unwrap();
        let readable = queued.clone().replace_data(Bytes::from(payload)).0.to_readable_json(|_| true).unwrap();
        assert!(readable.contains(payload));
        let shown = json!({ "id": "e-1", "message": message }).to_string();
        for text in [&message, &readable, &shown] {
            let read = from_json(text).unwrap();
            assert_eq!((read.id.as_str(), read.source_name(), &read.data[..]), ("e-1", "github", payload.as_bytes()));
        }
        let entry = json!({ "source": "hookline.github", "detail": serde_json::from_str::<Value>(&message).unwrap() });
        assert_eq!(from_json(&entry.to_string()).unwrap().data, payload);
    }

    #[test]
    fn other_text_is_an_error_with_advice() {
        let error = |text: &str| format!("{:#}", from_json(text).unwrap_err());
        assert!(error("payload").contains("--source"));
        assert!(error("{\"ref\":\"x\"}").contains("--source"));
        let offloaded = Event { data: Payload::offloaded("b", "k"), ..event("github", "e-1") };
        assert!(error(&offloaded.to_json().unwrap()).contains("`s3://b/k`"));
    }

    #[test]
    fn payload_becomes_the_event_of_its_source() {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let headers = vec![
            header("Content-Type", "application/json"),
            header("X-GitHub-Event", "push"),
            header("Authorization", "not-a-real-token"),
        ];
        let context = PayloadContext { source: "github".to_owned(), headers, ..PayloadContext::default() };
        let event = from_payload(b"{}".to_vec(), context);
        assert_eq!((event.source.as_str(), event.event_type.as_str()), ("/webhooks/github", "github.unknown"));
        assert_eq!(event.content_type.as_deref(), Some("application/json"));
        assert_eq!(event.forwarded.iter().collect::<Vec<_>>(), [(&"x-github-event".to_owned(), &"push".to_owned())]);
        let events =
            from_payload(Vec::new(), PayloadContext { source: "events".to_owned(), ..PayloadContext::default() });
        assert_eq!(events.source, "/events");
    }
}
