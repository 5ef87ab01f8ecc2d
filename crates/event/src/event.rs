use bytes::Bytes;

use crate::{DataHash, DedupKey, ForwardedHeaders};

/// Bytes of a queue message that ingest leaves free.
///
/// Process sends a failed message to the dead-letter queue with the reason and the destination as attributes, which
/// count towards the same limit.
pub const DEAD_LETTER_RESERVE_BYTES: usize = 1024;

/// The header of a request that counts the deliveries that led to it. Hookline sends it with each delivery.
pub const HOPS_HEADER: &str = "hookline-hops";

/// An event with its payload, or with its [`Payload`](crate::Payload) as it is on the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event<D = Bytes> {
    /// Identifies the event; together with `source`, unique for each distinct event.
    pub id: String,
    /// The path that received the event: `/webhooks/<source>` or `/events`.
    pub source: String,
    /// The type of the event, for instance `github.push`.
    pub event_type: String,
    /// When ingest accepted the event, or when it occurred if the caller of `POST /events` says so: RFC 3339.
    pub time: String,
    /// When ingest accepted the event, if `time` is the caller's: RFC 3339 in UTC. The extension attribute
    /// [`recordedtime`](https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/recorded-time.md).
    pub recorded_time: Option<String>,
    /// The `source` of a CloudEvent that a caller of `POST /events` sent. The extension attribute `sendersource`.
    pub sender_source: Option<String>,
    /// Identifies the accepted request. Two requests of one event have the same `dedup_key` and different request ids.
    /// `None` for an event that an earlier version queued. The extension attribute `requestid`.
    pub request_id: Option<String>,
    /// The payload's media type, as the sender declared it.
    pub content_type: Option<String>,
    /// The payload's content coding, for instance `gzip`. The payload is stored as it was received. `None` for a payload
    /// that is not encoded.
    pub content_encoding: Option<String>,
    /// The key for deduplication: the same for all requests that the sender considers one event.
    pub dedup_key: DedupKey,
    /// The hash of the data, if the deduplication key is derived from an id. Another event with the same id can have other
    /// data. The extension attribute `datahash`.
    pub data_hash: Option<DataHash>,
    /// [W3C trace context](https://www.w3.org/TR/trace-context/#traceparent-header) of the request.
    pub traceparent: Option<String>,
    /// The number of Hookline deliveries that led to this event: 0 for an event from outside. Process stops a loop of
    /// deliveries by its count.
    pub hops: u32,
    /// The headers of the sender's request that destinations receive. Only the queue and these destinations have them.
    pub forwarded: ForwardedHeaders,
    /// The URI of the payload in the payload bucket, if the payload was offloaded and is loaded now. A queue message has it
    /// in its [`Payload`](crate::Payload) only.
    pub payload_uri: Option<String>,
    /// Identifies the replay, if an operator has sent the event again on purpose. The extension attribute `replay`.
    pub replay: Option<String>,
    /// The exact bytes that were signed.
    pub data: D,
}

impl<D> Event<D> {
    /// Returns the source's bare name: `github` for `/webhooks/github`, `events` for `/events`.
    #[must_use]
    pub fn source_name(&self) -> &str {
        self.source.rsplit('/').next().unwrap_or_default()
    }

    /// Returns when ingest accepted the event: RFC 3339 in UTC.
    #[must_use]
    pub fn accepted_at(&self) -> &str {
        self.recorded_time.as_deref().unwrap_or(&self.time)
    }

    /// Replaces the payload. Returns the event with the new payload, and the previous payload.
    pub fn replace_data<E>(self, data: E) -> (Event<E>, D) {
        let event = Event {
            id: self.id,
            source: self.source,
            event_type: self.event_type,
            time: self.time,
            recorded_time: self.recorded_time,
            sender_source: self.sender_source,
            request_id: self.request_id,
            content_type: self.content_type,
            content_encoding: self.content_encoding,
            dedup_key: self.dedup_key,
            data_hash: self.data_hash,
            traceparent: self.traceparent,
            hops: self.hops,
            forwarded: self.forwarded,
            payload_uri: self.payload_uri,
            replay: self.replay,
            data,
        };
        (event, self.data)
    }
}
