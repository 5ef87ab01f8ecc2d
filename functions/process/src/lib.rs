//! The process function: it reads events from the intake queue and the retry queue, delivers each event to its
//! destinations and returns the messages that SQS must deliver again.
//!
//! `batch` translates between the event source mapping and the phases in `delivery`, `attempts` and `settle`. A `record` is
//! one SQS message, and `lane` the queue that it comes from. `routing` selects the destinations of an event.
//! `destination_state` decides whether a destination may be called now. `destinations` has one file for each destination
//! kind, and `egress` sends their HTTP requests. `idempotency` prevents duplicate deliveries. `queue` has the ports to SQS
//! and to the payload store, and `event_log` writes what happened for operators.

mod assembly;
mod attempts;
mod attribute_value;
mod batch;
mod clock;
mod config;
mod delivery;
mod destination_state;
mod destinations;
mod egress;
mod event_log;
pub mod explain;
mod failure;
mod fault_injection;
mod idempotency;
mod lane;
mod listen;
mod payload;
mod queue;
mod reason;
mod record;
mod routing;
mod settle;

pub use assembly::{SdkHandler, assemble};
pub use batch::{BatchEvent, BatchHandler};
pub use config::{Config, DeliveryConfig, IdempotencyConfig, QueueConfig, TIMEOUTS};
pub use destination_state::{BreakerConfig, DestinationStateStore, OpenState, ProbeStart, StoredState};
pub use destinations::{ClientConfig, Clients, Preview};
pub use egress::EgressError;
pub use event_log::{SdkEventLog, WriteEventLog};
pub use idempotency::{Claim, ClaimMode, ClaimOutcome, ClaimStore, DynamoDbClaimStore, Idempotency, UnknownClaimMode};
pub use listen::{CopyEvents, SdkCopies};
pub use queue::{
    ChangeVisibility, DeadLetter, FetchError, FetchPayload, MAX_DELAY_SECONDS, RetryMessage, S3PayloadStore,
    SendDeadLetter, SendRetry, SqsQueue,
};
