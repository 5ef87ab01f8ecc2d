//! What chats have in common: a message by a template, posted to a webhook. Anyone who has its URL can post there, so the
//! URL is the destination's secret.

use std::num::NonZeroU64;
use std::time::Duration;

use hookline_event::Event;
use hookline_signature::Secret;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;

use super::message::{Facts, Message, Style};
use super::{Attempt, Clients, DestinationError, Failure};
use crate::egress::{Target, json};
use crate::reason::Reason;

/// As Terraform writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// How long an attempt may take.
    timeout_ms: NonZeroU64,
    /// Instead of the templates that there are.
    template: Option<String>,
}

/// A channel.
#[derive(Debug)]
pub(super) struct Chat {
    name: String,
    message: Message,
    timeout: Duration,
    /// A parameter that is added to the URL's query.
    query: Option<(&'static str, &'static str)>,
}

impl Chat {
    pub(super) fn new(name: &str, style: Style, config: Config) -> Result<Self, DestinationError> {
        Ok(Self {
            name: name.to_owned(),
            message: Message::new(style, config.template)?,
            timeout: Duration::from_millis(config.timeout_ms.get()),
            query: None,
        })
    }

    /// With a parameter of the query.
    pub(super) fn with_query(self, name: &'static str, value: &'static str) -> Self {
        Self { query: Some((name, value)), ..self }
    }

    /// Posts a message about an event; `body` puts the text into the form that this chat takes.
    pub(super) async fn post(
        &self,
        event: &Event,
        attempt: Attempt<'_>,
        body: impl FnOnce(String) -> Value,
    ) -> Result<(), Failure> {
        let message = body(self.message.render(&Facts::of(event))?);
        self.post_message(attempt.clients, &message, attempt.until(self.timeout)).await
    }

    /// A URL that the chat refuses may have been replaced: then the new one is tried at once.
    async fn post_message(&self, clients: &Clients, message: &Value, until: Instant) -> Result<(), Failure> {
        let secrets = super::secrets(clients, &self.name, until).await?;
        let failure = match self.post_to(clients, &secrets, message, until).await {
            Err(failure) if !failure.reason.is_retryable() || failure.reason == Reason::SecretUnusable => failure,
            result => return result,
        };
        let refreshed = async { Ok(clients.secrets.refresh(&self.name, &secrets).await) };
        match super::in_time(until, refreshed).await? {
            Ok(Some(newer)) if !is_same(secrets.first(), newer.first()) => {
                self.post_to(clients, &newer, message, until).await
            }
            Ok(_) | Err(_) => Err(failure),
        }
    }

    async fn post_to(
        &self,
        clients: &Clients,
        secrets: &[Secret],
        message: &Value,
        until: Instant,
    ) -> Result<(), Failure> {
        // The first is the current one; the previous one is what was replaced. What is wrong with it is not quoted.
        let url = secrets.first().and_then(|secret| std::str::from_utf8(secret.expose()).ok()).map(str::trim);
        let target = url.and_then(|url| Target::parse(url, self.query, clients.egress.guard()).ok());
        let target = target.ok_or_else(|| super::unusable_secret(&self.name, "it is not an https URL"))?;
        clients.egress.post(&target, json(), message.to_string().into(), until).await
    }
}

/// Of two lists the current one: another previous one is no reason to post again.
fn is_same(tried: Option<&Secret>, newest: Option<&Secret>) -> bool {
    tried.zip(newest).is_none_or(|(tried, newest)| newest.matches(tried))
}
