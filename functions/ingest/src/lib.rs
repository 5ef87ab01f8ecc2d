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
pub use config::{BUCKET_PATIENCE, Config, IntakeConfig, QUEUE_PATIENCE, SECRETS_PATIENCE, Source};
pub use gateway::MAX_BODY_BYTES;
pub use handler::Handler;
pub use intake::{Intake, Receipt};
pub use payload::{Bucket, KeepError, KeepPayload};
pub use queue::{SendError, SendEvent};
pub use rejection::{Rejection, Told};
