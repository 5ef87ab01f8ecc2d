//! Where events go: a file a kind. A new kind is one file here and one line in `kinds!`.

mod answer;
mod aws;
mod chat;
mod error;
mod message;
mod outbound;

use std::sync::Arc;
use std::time::Duration;

use hookline_aws::Client;
use hookline_event::Event;
use hookline_secrets::{SecretCache, SecretsError};
use hookline_signature::Secret;
use hookline_telemetry::{Level, Line, Trace};
use serde::Deserialize;
use tokio::time::Instant;

pub(crate) use self::error::{DestinationError, Failure};
pub(crate) use self::outbound::Outbound;
use crate::reason::Reason;

/// What one attempt is given.
#[derive(Clone, Copy)]
pub(crate) struct Turn<'a> {
    /// How long it may take.
    pub(crate) time: Duration,
    /// What is called from within carries this on.
    pub(crate) trace: Option<&'a Trace>,
}

impl Turn<'_> {
    /// When the time of a destination that has so much is over.
    fn until(&self, own: Duration) -> Instant {
        Instant::now() + own.min(self.time)
    }
}

/// What destinations are made of: each takes what it needs.
pub(crate) struct Shared {
    /// For requests to the internet.
    pub(crate) outbound: Outbound,
    /// The secrets of destinations, by the destination's name.
    pub(crate) secrets: Arc<SecretCache<Client>>,
    /// For what has an effect: each call is made once.
    pub(crate) aws: Client,
}

/// Each kind is a module with a `Config`, as Terraform writes it, and a type of the kind's name with `new` and `deliver`.
macro_rules! kinds {
    ($($(#[$doc:meta])* $module:ident::$Kind:ident),+ $(,)?) => {
        $(mod $module;)+

        /// A destination as Terraform writes it.
        #[derive(Debug, Clone, Deserialize)]
        #[serde(tag = "kind", rename_all = "lowercase")]
        pub(crate) enum DestinationConfig {
            $($(#[$doc])* $Kind($module::Config),)+
        }

        /// A destination that is ready to be delivered to.
        #[allow(clippy::large_enum_variant, reason = "there are a few, made once and never moved")]
        pub(crate) enum Destination {
            $($(#[$doc])* $Kind($module::$Kind),)+
        }

        impl Destination {
            /// Checks what was said and makes what is needed to deliver.
            ///
            /// # Errors
            ///
            /// [`DestinationError`].
            pub(crate) fn new(name: &str, config: DestinationConfig, shared: &Shared) -> Result<Self, DestinationError> {
                match config {
                    $(DestinationConfig::$Kind(config) => $module::$Kind::new(name, config, shared).map(Self::$Kind),)+
                }
            }

            /// One attempt.
            pub(crate) async fn deliver(&self, event: &Event, turn: Turn<'_>) -> Result<(), Failure> {
                match self {
                    $(Self::$Kind(destination) => destination.deliver(event, turn).await,)+
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

/// What an attempt comes to, if it does in time.
async fn in_time<T>(until: Instant, attempt: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::time::timeout_at(until, attempt).await.unwrap_or_else(|_| Err(Reason::Timeout.into()))
}

/// A destination's secrets, if they can be had in time.
async fn secrets(cache: &SecretCache<Client>, name: &str, until: Instant) -> Result<Arc<[Secret]>, Failure> {
    let secrets = async { cache.get(name).await.map_err(|error| no_secret(name, &error)) };
    in_time(until, secrets).await
}

/// A destination whose secret cannot be had: a fault of ours that a person can mend, so the event waits.
fn no_secret(destination: &str, error: &SecretsError) -> Failure {
    let line = Line { destination, reason: error.reason(), ..Line::new(Level::Warn, "no_secret") };
    Line { detail: Some(error), ..line }.write(&[]);
    Reason::from(error).into()
}

/// A destination whose secret is there, and not what it has to be.
fn unusable_secret(destination: &str, detail: &str) -> Failure {
    let line = Line { destination, reason: "secret_unusable", ..Line::new(Level::Warn, "no_secret") };
    Line { detail: Some(&detail), ..line }.write(&[]);
    Reason::SecretUnusable.into()
}
