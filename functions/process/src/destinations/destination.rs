use std::time::Duration;

use hookline_event::Event;
use serde::Deserialize;

use super::attempt::Attempt;
use super::discord::{self, Discord};
use super::email::{self, Email};
use super::error::DestinationError;
use super::eventbridge::{self, Eventbridge};
use super::http::{self, Http};
use super::slack::{self, Slack};
use crate::egress::SsrfGuard;
use crate::failure::Failure;

/// The configuration of a destination, as Terraform writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum DestinationConfig {
    Discord(discord::Config),
    Email(email::Config),
    Eventbridge(eventbridge::Config),
    Http(http::Config),
    Slack(slack::Config),
}

/// A destination with a valid configuration.
#[allow(clippy::large_enum_variant, reason = "there are few destinations; they are created once and never moved")]
#[derive(Debug)]
pub(crate) enum Destination {
    /// Posts a message to a Discord channel.
    Discord(Discord),
    /// Sends a plain-text e-mail through SES.
    Email(Email),
    /// Puts the event on an EventBridge bus.
    Eventbridge(Eventbridge),
    /// Posts the exact body to a URL.
    Http(Http),
    /// Posts a message to a Slack channel.
    Slack(Slack),
}

impl Destination {
    /// Validates a configuration.
    ///
    /// # Errors
    ///
    /// [`DestinationError`]: the configuration is invalid.
    pub(crate) fn new(name: &str, config: DestinationConfig, guard: &SsrfGuard) -> Result<Self, DestinationError> {
        match config {
            DestinationConfig::Discord(config) => Discord::new(name, config).map(Self::Discord),
            DestinationConfig::Email(config) => Email::new(config).map(Self::Email),
            DestinationConfig::Eventbridge(config) => Ok(Self::Eventbridge(Eventbridge::new(config))),
            DestinationConfig::Http(config) => Http::new(name, config, guard).map(Self::Http),
            DestinationConfig::Slack(config) => Slack::new(name, config).map(Self::Slack),
        }
    }

    /// Makes one attempt to deliver the event.
    pub(crate) async fn deliver(&self, event: &Event, attempt: Attempt<'_>) -> Result<(), Failure> {
        match self {
            Self::Discord(destination) => destination.deliver(event, attempt).await,
            Self::Email(destination) => destination.deliver(event, attempt).await,
            Self::Eventbridge(destination) => destination.deliver(event, attempt).await,
            Self::Http(destination) => destination.deliver(event, attempt).await,
            Self::Slack(destination) => destination.deliver(event, attempt).await,
        }
    }

    /// Returns the timeout of an attempt.
    pub(crate) fn timeout(&self) -> Duration {
        match self {
            Self::Discord(destination) => destination.0.timeout,
            Self::Email(destination) => destination.timeout,
            Self::Eventbridge(destination) => destination.timeout,
            Self::Http(destination) => destination.timeout,
            Self::Slack(destination) => destination.0.timeout,
        }
    }

    /// Returns the kind as it appears in the configuration and in metrics.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Discord(_) => "discord",
            Self::Email(_) => "email",
            Self::Eventbridge(_) => "eventbridge",
            Self::Http(_) => "http",
            Self::Slack(_) => "slack",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn kind_equals_the_kind_in_the_configuration() {
        for config in [
            json!({ "kind": "discord", "timeout_ms": 1 }),
            json!({ "kind": "email", "timeout_ms": 1, "from": "a@example.com", "to": ["b@example.com"] }),
            json!({ "kind": "eventbridge", "timeout_ms": 1, "bus": "orders" }),
            json!({ "kind": "http", "timeout_ms": 1, "url": "https://a.example/" }),
            json!({ "kind": "slack", "timeout_ms": 1 }),
        ] {
            let kind = config["kind"].clone();
            let config = serde_json::from_value(config).unwrap();
            let destination = Destination::new("orders", config, &SsrfGuard::new(Vec::new())).unwrap();
            assert_eq!(destination.kind(), kind);
        }
    }
}
