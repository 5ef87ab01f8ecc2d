//! The ingest function, which handles the API's requests. It verifies a request's signature over the exact bytes, sends
//! an event to the queue and returns 202 after the queue has confirmed the message.
//!
//! `handler` translates between API Gateway and `intake`. `intake` decides whether a request is accepted. `queue` and
//! `payload` are the ports, each with its adapter.

mod accepted_event;
mod assembly;
mod cloud_event;
mod config;
mod content_labels;
mod content_policy;
mod deduplicate;
mod event_names;
mod event_time;
mod forwarded;
mod gateway;
mod handler;
mod hops;
mod intake;
mod payload;
mod queue;
mod rejection;
mod response;

pub use assembly::{SdkHandler, assemble};
pub use config::{BUCKET_TIMEOUTS, Config, IntakeConfig, QUEUE_TIMEOUTS, RESPONSE_BUDGET, SECRETS_TIMEOUTS, Source};
pub use content_policy::{ContentPolicy, InvalidContentTypePattern};
pub use deduplicate::{Deduplicate, NoIds};
pub use forwarded::ForwardHeaders;
pub use gateway::MAX_BODY_BYTES;
pub use handler::{Handler, reject};
pub use intake::{Intake, Outcome};
pub use payload::{S3PayloadStore, StorePayload};
pub use queue::{SendEvent, SqsQueue};
pub use rejection::{PublicError, Rejection};
