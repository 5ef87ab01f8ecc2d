//! The function behind the API: it verifies a request's signature over the exact bytes, puts an event on the queue and
//! answers 202 once the queue has confirmed.
//!
//! `handler` translates between the gateway and `intake`, which decides; `queue` and `payload` are the ports.

mod accept;
mod config;
mod gateway;
mod handler;
mod intake;
mod payload;
mod queue;
mod rejection;
mod respond;

pub use accept::{Acceptance, BadPattern};
pub use config::{BUCKET_TIMEOUTS, Config, IntakeConfig, QUEUE_TIMEOUTS, SECRETS_TIMEOUTS, Source};
pub use gateway::MAX_BODY_BYTES;
pub use handler::Handler;
pub use intake::{Intake, Receipt};
pub use payload::{S3PayloadStore, StorePayload};
pub use queue::{SendEvent, SqsQueue};
pub use rejection::{Rejection, Told};
