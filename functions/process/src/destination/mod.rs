//! Where events go: a file a kind. A new kind is one file here and one line in `kinds!`.

mod answer;
mod aws;
mod chat;
mod error;
mod message;
mod outbound;

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_secretsmanager::Client as SecretsManager;
use aws_types::SdkConfig;
use hookline_event::Event;
use hookline_secrets::{SecretCache, SecretsError};
use serde::Deserialize;

pub(crate) use self::error::{DestinationError, Failure};
pub(crate) use self::outbound::Outbound;

/// What destinations are made of: each takes what it needs.
pub(crate) struct Shared {
    /// For requests to the internet.
    pub(crate) outbound: Outbound,
    /// The secrets of destinations, by the destination's name.
    pub(crate) secrets: Arc<SecretCache<SecretsManager>>,
    /// For clients of AWS.
    pub(crate) sdk: SdkConfig,
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

            /// One attempt, within `time`.
            pub(crate) async fn deliver(&self, event: &Event, time: Duration) -> Result<(), Failure> {
                match self {
                    $(Self::$Kind(destination) => destination.deliver(event, time).await,)+
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
async fn in_time<T>(time: Duration, attempt: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::time::timeout(time, attempt).await.unwrap_or_else(|_| Err(Failure::retryable("timeout")))
}

/// A destination whose secret cannot be had: a fault of ours that a person can mend, so the event waits.
fn no_secret(destination: &str, error: &SecretsError) -> Failure {
    tracing::warn!(outcome = "no_secret", destination, reason = error.reason(), detail = %error);
    Failure::retryable(error.reason())
}

/// A destination whose secret is there, and not what it has to be.
fn unusable_secret(destination: &str, detail: &str) -> Failure {
    tracing::warn!(outcome = "no_secret", destination, reason = "secret_unusable", detail);
    Failure::retryable("secret_unusable")
}
