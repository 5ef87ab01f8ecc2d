use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
use hookline_event::{Event, Payload};
use serde_json::{Value, json};

/// A message of the dead-letter queue.
#[derive(Debug, Clone)]
pub(crate) struct Letter {
    /// The event's id; of what is no event, the message's.
    pub(crate) id: String,
    pub(crate) message_id: String,
    /// Empty of what is no event, as the next.
    pub(crate) source: String,
    pub(crate) event_type: String,
    pub(crate) reason: String,
    pub(crate) destination: String,
    pub(crate) attempts: String,
    /// Milliseconds since 1970.
    pub(crate) first_seen_ms: u64,
    pub(crate) body: String,
    pub(super) receipt_handle: String,
    event: Option<Event<Payload>>,
}

impl Letter {
    pub(super) fn new(message: Message) -> Self {
        let attribute = |name: &str| {
            let value = message.message_attributes.as_ref().and_then(|attributes| attributes.get(name));
            value.and_then(|value| value.string_value.clone()).unwrap_or_default()
        };
        let sent = message.attributes.as_ref().and_then(|it| it.get(&MessageSystemAttributeName::SentTimestamp));
        let first_seen = attribute("first_seen").parse().ok().or_else(|| sent.and_then(|sent| sent.parse().ok()));
        let (reason, destination, attempts) = (attribute("reason"), attribute("destination"), attribute("attempts"));
        let body = message.body.unwrap_or_default();
        let (event, message_id) = (Event::from_json(&body).ok(), message.message_id.unwrap_or_default());
        let of = |part: fn(&Event<Payload>) -> String| event.as_ref().map(part);
        Self {
            id: of(|event| event.id.clone()).unwrap_or_else(|| message_id.clone()),
            source: of(|event| event.source_name().to_owned()).unwrap_or_default(),
            event_type: of(|event| event.event_type.clone()).unwrap_or_default(),
            // What the queue's own redrive has put there carries none: the function never came to its end.
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

    /// Seconds since it was first on the queue.
    pub(crate) fn age(&self) -> u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(now.as_millis()).unwrap_or(u64::MAX).saturating_sub(self.first_seen_ms) / 1000
    }

    /// `17 s`, `5 min`, `3 h`, `2 d`.
    pub(crate) fn age_in_words(&self) -> String {
        match self.age() {
            seconds @ 0..120 => format!("{seconds} s"),
            seconds @ 120..7200 => format!("{} min", seconds / 60),
            seconds @ 7200..172_800 => format!("{} h", seconds / 3600),
            seconds => format!("{} d", seconds / 86_400),
        }
    }

    /// For machines, without the payload.
    pub(crate) fn summary(&self) -> Value {
        json!({
            "id": self.id, "message_id": self.message_id, "source": self.source, "type": self.event_type,
            "reason": self.reason, "destination": self.destination, "attempts": self.attempts.parse::<u32>().ok(),
            "first_seen_ms": self.first_seen_ms, "age_seconds": self.age(),
        })
    }

    /// The payload as text, if it is any, or where it is kept.
    pub(crate) fn payload(&self) -> Option<&str> {
        match &self.event.as_ref()?.data {
            Payload::Inline(bytes) => std::str::from_utf8(bytes).ok(),
            Payload::Kept { uri } => Some(uri),
        }
    }
}
