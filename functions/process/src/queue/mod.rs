//! The ports to SQS and to the payload store: retry messages, dead-letter messages, visibility of messages and offloaded
//! payloads.

mod dead_letter;
mod offloaded_payload;
mod retry;
mod sqs;

pub use self::dead_letter::{DeadLetter, SendDeadLetter};
pub use self::offloaded_payload::{FetchError, FetchPayload, S3PayloadStore};
pub use self::retry::{ChangeVisibility, MAX_DELAY_SECONDS, RetryMessage, SendRetry};
pub use self::sqs::SqsQueue;
