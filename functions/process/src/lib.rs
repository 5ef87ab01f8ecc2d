//! The function behind the queue: it delivers each event of a batch to its destinations and names the messages that are to be
//! received again.
//!
//! `batch` translates between the event source mapping and the phases in `delivery`; a `record` is one message. `routing`
//! decides where an event goes, `destinations` has one file per kind, `egress` makes their requests, `idempotency` makes a
//! delivery have one effect, and `queue` has the ports to what happens to a message afterwards.

mod batch;
mod config;
mod delivery;
mod destinations;
mod egress;
mod fault_injection;
mod idempotency;
mod queue;
mod reason;
mod record;
mod routing;

pub use batch::{Batch, BatchEvent};
pub use config::{Config, DeliveryConfig, IdempotencyConfig, QueueConfig, TIMEOUTS};
pub use destinations::Clients;
pub use egress::EgressError;
pub use idempotency::{Claim, Claimed, Claims, DynamoDbClaims, Idempotency};
pub use queue::{
    Backoff, ChangeVisibility, DeadLetter, FetchError, FetchPayload, S3PayloadStore, SendDeadLetter, SqsQueue,
};
