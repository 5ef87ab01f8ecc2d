//! The ports to the queues: what happens to a message after its attempts, and where payloads are that a message could not
//! hold.

mod dead_letter;
mod payload;
mod retry;
mod sqs;

pub use self::dead_letter::{DeadLetter, SendDeadLetter};
pub use self::payload::{FetchError, FetchPayload, S3PayloadStore};
pub use self::retry::{Backoff, ChangeVisibility};
pub use self::sqs::SqsQueue;
