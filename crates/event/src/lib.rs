//! The event on the queue: [CloudEvents 1.0](https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md) in
//! its JSON format. Ingest writes it and process reads it.
//!
//! The payload is always base64 of the exact signed bytes, because queues, emulators and consumers may rewrite JSON. A
//! payload that is too large for the queue is offloaded to a bucket, and the message has its URI
//! ([`Payload::Offloaded`], the claim check pattern).

mod cow_str;
mod dedup_key;
mod event;
mod forwarded;
mod json;
pub mod name;
mod payload;
mod sender_headers;

pub use cow_str::CowStr;
pub use dedup_key::{DataHash, DedupKey};
pub use event::{DEAD_LETTER_RESERVE_BYTES, Event, HOPS_HEADER};
pub use forwarded::ForwardedHeaders;
pub use json::ReadError;
pub use payload::Payload;
pub use sender_headers::SenderHeaders;
