//! Where events go: one file per kind. A new kind is one file here and one line in `kinds!`.

mod aws;
mod chat;
mod clients;
mod error;
mod message;

use std::sync::Arc;
use std::time::Duration;

use hookline_aws::SecretsError;
use hookline_event::Event;
use hookline_signature::Secret;
use hookline_telemetry::{Level, Line, Trace};
use serde::Deserialize;
use tokio::time::Instant;

pub use self::clients::Clients;
pub(crate) use self::error::{DestinationError, Failure};
use crate::egress::Guard;
use crate::reason::Reason;

/// The context of one attempt.
#[derive(Clone, Copy)]
pub(crate) struct Attempt<'a> {
    /// How long it may take.
    pub(crate) time: Duration,
    /// The trace that calls continue.
    pub(crate) trace: Option<&'a Trace>,
    /// What it calls with.
    pub(crate) clients: &'a Clients,
}

impl Attempt<'_> {
    /// When it ends for a destination with a timeout of its own.
    fn until(&self, timeout: Duration) -> Instant {
        Instant::now() + timeout.min(self.time)
    }
}

/// Each kind is a module with a `Config`, as Terraform writes it, and a type of the kind's name with `new`, which checks the
/// configuration, and `deliver`.
macro_rules! kinds {
    ($($(#[$doc:meta])* $module:ident::$Kind:ident),+ $(,)?) => {
        $(mod $module;)+

        /// A destination as Terraform writes it.
        #[derive(Debug, Clone, Deserialize)]
        #[serde(tag = "kind", rename_all = "lowercase")]
        pub(crate) enum DestinationConfig {
            $($(#[$doc])* $Kind($module::Config),)+
        }

        /// A destination whose configuration was checked.
        #[allow(clippy::large_enum_variant, reason = "there are a few, made once and never moved")]
        #[derive(Debug)]
        pub(crate) enum Destination {
            $($(#[$doc])* $Kind($module::$Kind),)+
        }

        impl Destination {
            /// Checks a configuration.
            ///
            /// # Errors
            ///
            /// [`DestinationError`].
            pub(crate) fn new(name: &str, config: DestinationConfig, guard: &Guard) -> Result<Self, DestinationError> {
                match config {
                    $(DestinationConfig::$Kind(config) => $module::$Kind::new(name, config, guard).map(Self::$Kind),)+
                }
            }

            /// One attempt.
            pub(crate) async fn deliver(&self, event: &Event, attempt: Attempt<'_>) -> Result<(), Failure> {
                match self {
                    $(Self::$Kind(destination) => destination.deliver(event, attempt).await,)+
                }
            }

            /// Its kind, as Terraform has it.
            pub(crate) fn kind(&self) -> &'static str {
                match self {
                    $(Self::$Kind(_) => stringify!($module),)+
                }
            }
        }
    };
}

kinds! {
    /// Posts a message to a Discord channel.
    discord::Discord,
    /// Sends a plain-text e-mail through SES.
    email::Email,
    /// Puts the event on an EventBridge bus.
    eventbridge::Eventbridge,
    /// Posts the exact body to a URL.
    http::Http,
    /// Posts a message to a Slack channel.
    slack::Slack,
}

/// The result of an attempt, or a timeout.
async fn in_time<T>(until: Instant, attempt: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::time::timeout_at(until, attempt).await.unwrap_or_else(|_| Err(Reason::Timeout.into()))
}

/// A destination's secrets, if they can be read in time.
async fn secrets(clients: &Clients, name: &str, until: Instant) -> Result<Arc<[Secret]>, Failure> {
    let secrets = async { clients.secrets.get(name).await.map_err(|error| no_secret(name, &error)) };
    in_time(until, secrets).await
}

/// A destination's secret cannot be read: a fault that an operator can correct while the event waits.
fn no_secret(destination: &str, error: &SecretsError) -> Failure {
    let line = Line { destination, reason: error.reason(), ..Line::new(Level::Warn, "no_secret") };
    Line { detail: Some(error), ..line }.write(&[]);
    Reason::from(error).into()
}

/// A destination's secret is there, and cannot be used.
fn unusable_secret(destination: &str, detail: &str) -> Failure {
    let line = Line { destination, reason: "secret_unusable", ..Line::new(Level::Warn, "no_secret") };
    Line { detail: Some(&detail), ..line }.write(&[]);
    Reason::SecretUnusable.into()
}
