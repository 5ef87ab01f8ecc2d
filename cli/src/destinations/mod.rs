//! The destinations of a deployment: which of them are paused, which circuit breakers are open, and how many events wait.
//!
//! Pauses and breakers are items of the idempotency table, which the process function reads and writes too. SQS cannot
//! count messages per destination, so the waiting events come from the log of the process function.

mod activity;
mod state;
mod status;

pub use self::activity::{Activity, LastFailure, LogSearch};
pub use self::state::{Breaker, DestinationState, Pause, StateTable};
pub(crate) use self::state::{checked_note, number};
pub(crate) use self::status::retention_seconds;
pub use self::status::{DestinationStatus, QueueDepth, Status};
