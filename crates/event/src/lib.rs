//! The event on the queue: [CloudEvents 1.0](https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md) in
//! its JSON format, written by ingest and read by process.
//!
//! The payload is the exact bytes that were signed, always as base64: queues, emulators and consumers re-write JSON. One
//! that the queue cannot hold is kept in a bucket, and the message says where ([`Payload::Offloaded`], the claim check).

mod cow_str;
mod dedup_key;
mod json;
mod payload;

use bytes::Bytes;

pub use cow_str::CowStr;
pub use dedup_key::DedupKey;
pub use json::ReadError;
pub use payload::Payload;

/// Bytes of a queue message that ingest leaves free: a message that goes to the dead-letter queue takes its reason and
/// destination along as attributes, which count towards the same limit.
pub const DEAD_LETTER_RESERVE_BYTES: usize = 1024;

/// One event: with its payload, or ([`Payload`]) as it lies on the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event<D = Bytes> {
    /// Names the event; with `source`, unique for each distinct event.
    pub id: String,
    /// Where it came in: `/webhooks/<source>` or `/events`.
    pub source: String,
    /// What happened, for instance `github.push`.
    pub event_type: String,
    /// When it was accepted: RFC 3339 in UTC.
    pub time: String,
    /// The payload's media type, as the sender declared it.
    pub content_type: Option<String>,
    /// The same for every delivery of what the sender means to be one event.
    pub dedup_key: DedupKey,
    /// [W3C trace context](https://www.w3.org/TR/trace-context/#traceparent-header) of the request.
    pub traceparent: Option<String>,
    /// The exact bytes that were signed.
    pub data: D,
}

impl<D> Event<D> {
    /// The source's bare name: `github` of `/webhooks/github`, `events` of `/events`.
    #[must_use]
    pub fn source_name(&self) -> &str {
        self.source.rsplit('/').next().unwrap_or_default()
    }

    /// The same event with something else for its payload, and what it had.
    pub fn replace_data<E>(self, data: E) -> (Event<E>, D) {
        let Self { id, source, event_type, time, content_type, dedup_key, traceparent, data: before } = self;
        (Event { id, source, event_type, time, content_type, dedup_key, traceparent, data }, before)
    }
}
