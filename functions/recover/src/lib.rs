//! The recover function: it has GitHub redeliver the deliveries of a webhook that never succeeded. GitHub itself makes
//! one attempt per event and repeats none
//! (<https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries>).
//!
//! EventBridge Scheduler invokes the function with the name of a source. A run
//!
//! 1. lists the deliveries of the webhook, newest first, until the low-water mark: each delivery before it has succeeded,
//!    is reported as lost or is not to be recovered,
//! 2. groups them by GUID, which all attempts of an event share,
//! 3. requests a redelivery of each event without a successful attempt, the oldest first. It skips an event whose
//!    newest attempt is recent, and waits longer after each attempt. It reports an event as lost if it is older than
//!    `lookback_hours` or if GitHub rejects only this request,
//! 4. stores the low-water mark. If the time limit of the run or GitHub's rate limit ended it, a later run continues.
//!
//! GitHub sends the redelivery to API Gateway like any delivery, and its event has the same deduplication key. So an event
//! that was queued although GitHub got no response has no second effect.
//!
//! A run makes one request per 100 deliveries and one per missing event. It reads the secret once and writes the state
//! twice.
//!
//! `handler` translates between the schedule and `run`, which decides. `github` and `state` have the ports with their
//! adapters.

mod assembly;
mod clock;
mod config;
mod delivery;
mod error;
mod github;
mod groups;
mod handler;
mod log;
mod outcome;
mod run;
mod state;
mod webhook;

pub use assembly::assemble;
pub use config::{Authentication, Config, SourceConfig, TIMEOUTS};
pub use delivery::Delivery;
pub use error::RunError;
pub use github::{
    ClientError, Credential, DeliveriesApi, GithubApi, GithubClient, GithubError, InvalidCredential, Page, Redelivery,
};
pub use groups::Attempts;
pub use handler::Handler;
pub use run::{End, Loss, LostEvent, Report, RunLimits, run};
pub use state::{BeginResult, DynamoDbStateStore, Lease, State, StateStore, Unfinished};
pub use webhook::{InvalidWebhook, Webhook};
