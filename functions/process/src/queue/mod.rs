//! The ports to SQS and to the payload store: visibility of messages, dead-letter messages and offloaded payloads.

mod dead_letter;
mod offloaded_payload;
mod retry;
mod sqs;

pub use self::dead_letter::{DeadLetter, SendDeadLetter};
pub use self::offloaded_payload::{FetchError, FetchPayload, S3PayloadStore};
pub use self::retry::{Backoff, ChangeVisibility};
pub use self::sqs::SqsQueue;
