use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
use hookline_event::{Event, Payload};
use serde_json::{Value, json};

use crate::clock::unix_milliseconds;
use crate::duration;
use crate::event_log::key_of;

/// A message of the dead-letter queue.
#[derive(Debug, Clone)]
pub struct DeadLetterMessage {
    /// Id of the event; the message's id if the body is not an event.
    pub id: String,
    /// Id of the SQS message.
    pub message_id: String,
    /// Name of the source; empty if the body is not an event.
    pub source: String,
    /// Type of the event; empty if the body is not an event.
    pub event_type: String,
    /// Reason code of the last failure.
    pub reason: String,
    /// Destination of the last failure; empty if the event reached no destination.
    pub destination: String,
    /// Number of attempts.
    pub attempts: String,
    /// Time at which the event was first queued, in milliseconds since 1970.
    pub first_seen_ms: u64,
    /// Body of the message.
    pub body: String,
    pub(super) receipt_handle: String,
    event: Option<Event<Payload>>,
}

impl DeadLetterMessage {
    pub(super) fn new(message: Message) -> Self {
        let attribute = |name: &str| {
            let value = message.message_attributes.as_ref().and_then(|attributes| attributes.get(name));
            value.and_then(|value| value.string_value.clone()).unwrap_or_default()
        };
        let attributes = message.attributes.as_ref();
        let sent = attributes.and_then(|attributes| attributes.get(&MessageSystemAttributeName::SentTimestamp));
        let first_seen = attribute("first_seen").parse().ok().or_else(|| sent.and_then(|sent| sent.parse().ok()));
        let (reason, destination, attempts) = (attribute("reason"), attribute("destination"), attribute("attempts"));
        let body = message.body.unwrap_or_default();
        let (event, message_id) = (Event::from_json(&body).ok(), message.message_id.unwrap_or_default());
        let member = |read: fn(&Event<Payload>) -> String| event.as_ref().map(read);
        Self {
            id: member(|event| event.id.clone()).unwrap_or_else(|| message_id.clone()),
            source: member(|event| event.source_name().to_owned()).unwrap_or_default(),
            event_type: member(|event| event.event_type.clone()).unwrap_or_default(),
            // SQS moves a message without attributes when its function never finished.
            reason: if reason.is_empty() { "receives_exhausted".to_owned() } else { reason },
            destination,
            attempts,
            first_seen_ms: first_seen.unwrap_or_default(),
            receipt_handle: message.receipt_handle.unwrap_or_default(),
            message_id,
            body,
            event,
        }
    }

    /// Returns whether one of the ids is that of the event or of the SQS message.
    #[must_use]
    pub fn has_id(&self, ids: &[String]) -> bool {
        ids.contains(&self.id) || ids.contains(&self.message_id)
    }

    /// Returns the event; `None` if the body is not an event.
    #[must_use]
    pub fn event(&self) -> Option<&Event<Payload>> {
        self.event.as_ref()
    }

    /// Returns the first digits of the event's deduplication key; of a replay, those of the replayed event's key. `None` if
    /// the message does not have them.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        let event = self.event.as_ref()?;
        let own = Some(event.dedup_key.as_str()).filter(|_| event.replay.is_none());
        key_of(event.request_id.as_deref().unwrap_or_default(), own)
    }

    /// Returns the seconds since the event was first queued.
    #[must_use]
    pub fn age_seconds(&self) -> u64 {
        unix_milliseconds().saturating_sub(self.first_seen_ms) / 1000
    }

    /// Returns the age with a unit: `17 s`, `5 min`, `3 h` or `2 d`.
    #[must_use]
    pub fn formatted_age(&self) -> String {
        duration::formatted(self.age_seconds())
    }

    /// Returns all members except the body as JSON.
    #[must_use]
    pub fn summary(&self) -> Value {
        json!({
            "id": self.id, "message_id": self.message_id, "source": self.source, "type": self.event_type,
            "reason": self.reason, "destination": self.destination, "attempts": self.attempts.parse::<u32>().ok(),
            "first_seen_ms": self.first_seen_ms, "age_seconds": self.age_seconds(),
        })
    }

    /// Returns the payload if it is text, or the S3 URI of an offloaded payload.
    #[must_use]
    pub fn payload(&self) -> Option<&str> {
        match &self.event.as_ref()?.data {
            Payload::Inline(bytes) => std::str::from_utf8(bytes).ok(),
            Payload::Offloaded { uri } => Some(uri),
        }
    }
}

#[cfg(test)]
impl DeadLetterMessage {
    /// Returns the message of event `e-1` for one destination, for tests of other modules.
    pub(crate) fn example(destination: &str) -> Self {
        use aws_sdk_sqs::types::MessageAttributeValue;

        let text =
            |value: &str| MessageAttributeValue::builder().data_type("String").string_value(value).build().unwrap();
        let body = super::tests::event("github", "e-1").to_json().unwrap();
        let message = Message::builder().message_id(format!("m-{destination}")).body(body);
        let message = message.message_attributes("reason", text("http_503")).message_attributes("attempts", text("3"));
        let message = message.message_attributes("destination", text(destination));
        // A time in the future, so that the age is always 0 s.
        Self::new(message.message_attributes("first_seen", text("99999999999999")).build())
    }

    /// Returns the message of an event with this payload.
    pub(crate) fn with_payload(payload: &[u8]) -> Self {
        let event = Event { data: Payload::from(payload.to_vec()), ..super::tests::event("github", "e-1") };
        let body = event.to_json().unwrap();
        Self { event: Some(event), body, ..Self::example("orders") }
    }
}
