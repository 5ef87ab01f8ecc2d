use std::num::NonZeroU64;
use std::time::Duration;

use hookline_event::Event;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::attempt::Attempt;
use super::discord::Discord;
use super::email::Email;
use super::error::DestinationError;
use super::eventbridge::Eventbridge;
use super::firehose::Firehose;
use super::http::Http;
use super::kind::{AnyDestination, Create, Preview, Setup, registered};
use super::lambda::Lambda;
use super::microsoft_teams::MicrosoftTeams;
use super::s3::S3;
use super::slack::Slack;
use super::sns::Sns;
use super::sqs::Sqs;
use super::stepfunctions::StepFunctions;
use super::telegram::Telegram;
use crate::egress::SsrfGuard;
use crate::failure::Failure;

/// All kinds of destinations, in alphabetical order.
const KINDS: &[(&str, Create)] = &[
    registered::<Discord>(),
    registered::<Email>(),
    registered::<Eventbridge>(),
    registered::<Firehose>(),
    registered::<Http>(),
    registered::<Lambda>(),
    registered::<MicrosoftTeams>(),
    registered::<S3>(),
    registered::<Slack>(),
    registered::<Sns>(),
    registered::<Sqs>(),
    registered::<StepFunctions>(),
    registered::<Telegram>(),
];

/// The timeout of an attempt at a destination without an own one, in milliseconds. Terraform omits it to save bytes.
const DEFAULT_TIMEOUT_MS: NonZeroU64 = NonZeroU64::MIN.saturating_add(4999);

/// The configuration of a destination, as Terraform writes it: the options of every kind, and those of its kind.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct DestinationConfig {
    kind: String,
    /// The timeout of an attempt.
    #[serde(default = "default_timeout_ms")]
    timeout_ms: NonZeroU64,
    /// The age at which Hookline gives up, if it is shorter than in the retry policy.
    pub(crate) give_up_seconds: Option<u32>,
    #[serde(flatten)]
    options: Map<String, Value>,
}

fn default_timeout_ms() -> NonZeroU64 {
    DEFAULT_TIMEOUT_MS
}

/// A destination with a valid configuration.
#[derive(Debug)]
pub(crate) struct Destination {
    kind: &'static str,
    timeout: Duration,
    destination: Box<dyn AnyDestination>,
}

impl Destination {
    /// Validates a configuration.
    ///
    /// # Errors
    ///
    /// [`DestinationError`]: the configuration is invalid.
    pub(crate) fn new(name: &str, config: DestinationConfig, guard: &SsrfGuard) -> Result<Self, DestinationError> {
        let Some((kind, create)) = KINDS.iter().find(|(kind, _)| *kind == config.kind) else {
            let known: Vec<_> = KINDS.iter().map(|(kind, _)| format!("`{kind}`")).collect();
            return Err(DestinationError::UnknownKind { kind: config.kind, known: known.join(", ") });
        };
        let timeout = Duration::from_millis(config.timeout_ms.get());
        Ok(Self { kind, timeout, destination: create(config.options.into(), &Setup { name, guard })? })
    }

    /// Returns what the destination would receive, without secrets and without a call.
    ///
    /// # Errors
    ///
    /// [`Failure`]: the event cannot be delivered.
    pub(crate) fn preview(&self, event: &Event) -> Result<Preview, Failure> {
        self.destination.preview(event)
    }

    /// Makes one attempt to deliver the event.
    pub(crate) async fn deliver(&self, event: &Event, attempt: Attempt<'_>) -> Result<(), Failure> {
        self.destination.deliver(event, attempt).await
    }

    /// Returns the timeout of an attempt.
    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Returns the kind as it appears in the configuration and in metrics.
    pub(crate) fn kind(&self) -> &'static str {
        self.kind
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_sorted_and_unique() {
        assert!(KINDS.is_sorted_by(|(first, _), (second, _)| first < second));
    }
}
