//! The function behind the API: it verifies a request's signature over the exact bytes, puts an event on the queue and
//! answers 202 once the queue has confirmed.
//!
//! `handler` translates between the gateway and `intake`, which decides; `secrets` and `queue` are the ports.

mod accept;
mod config;
mod gateway;
mod handler;
mod intake;
mod queue;
mod rejection;
mod respond;
mod secrets;

pub use accept::{Acceptance, BadPattern};
pub use config::{Config, IntakeConfig, QUEUE_PATIENCE, SECRETS_PATIENCE, Source};
pub use gateway::{Gateway, GatewayRequest};
pub use handler::Handler;
pub use intake::{Intake, Receipt};
pub use queue::{SendError, SendEvent};
pub use rejection::Rejection;
pub use secrets::{GetSecret, GetSecretError, SecretCache, SecretCacheSettings, SecretsError, Stage};
