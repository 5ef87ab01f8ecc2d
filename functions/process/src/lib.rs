//! The process function: it reads events from the intake queue, delivers each event to its destinations and returns the
//! messages that SQS must deliver again.
//!
//! `batch` translates between the event source mapping and the phases in `delivery`. A `record` is one SQS message.
//! `routing` selects the destinations of an event. `destinations` has one file for each destination kind, and `egress`
//! sends their HTTP requests. `idempotency` prevents duplicate deliveries. `queue` has the ports to SQS and to the
//! payload store.

mod batch;
mod config;
mod delivery;
mod destinations;
mod egress;
mod failure;
mod fault_injection;
mod idempotency;
mod payload;
mod queue;
mod reason;
mod record;
mod routing;

pub use batch::{BatchEvent, BatchHandler};
pub use config::{Config, DeliveryConfig, IdempotencyConfig, QueueConfig, TIMEOUTS};
pub use destinations::{ClientConfig, Clients};
pub use egress::EgressError;
pub use idempotency::{Claim, ClaimOutcome, ClaimStore, DynamoDbClaimStore, Idempotency};
pub use queue::{
    Backoff, ChangeVisibility, DeadLetter, FetchError, FetchPayload, S3PayloadStore, SendDeadLetter, SqsQueue,
};
