//! The event on the queue: [CloudEvents 1.0](https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md) in
//! its JSON format, written by ingest and read by process.
//!
//! The payload is the exact bytes that were signed, always as base64: queues, emulators and consumers re-write JSON.

mod dedup_key;
mod json;

pub use dedup_key::DedupKey;
pub use json::ReadError;

/// Bytes of a queue message that ingest leaves free: a message that goes to the dead-letter queue takes its reason and
/// destination along as attributes, which count towards the same limit.
pub const DEAD_LETTER_RESERVE_BYTES: usize = 1024;

/// One event, as it lies on the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
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
    pub data: Vec<u8>,
}
