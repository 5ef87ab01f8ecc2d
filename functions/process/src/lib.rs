//! The function behind the queue: it takes each event of a batch to its destinations, alone and in the function's time,
//! and names the ones that failed, so that only those come again.
//!
//! `batch` translates between the queue and `delivery`, which decides; `destination` has a file for each kind;
//! `backoff` and `dead_letter` are the ports to what happens to a failure, `claim` and `payload` those to what is
//! kept beside the queue.

mod backoff;
mod batch;
mod claim;
mod config;
mod dead_letter;
mod delivery;
mod destination;
mod drill;
mod filter;
mod guard;
mod message;
mod once;
mod payload;
mod reason;
mod record;
mod resolver;
mod retry_after;
mod route;
mod table;
mod together;

pub use backoff::{Backoff, ChangeVisibility, VisibilityError};
pub use batch::Batch;
pub use claim::{Claim, ClaimError, Claimed, Claims};
pub use config::{Config, IdempotencyConfig, PATIENCE, QueueConfig};
pub use dead_letter::{DeadLetter, DeadLetterError, SendDeadLetter};
pub use delivery::Delivery;
pub use once::Once;
pub use payload::{Bucket, FetchError, FetchPayload};
pub use table::Table;
