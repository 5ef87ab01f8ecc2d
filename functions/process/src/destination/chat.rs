//! What chats have in common: a message by a template, posted to a webhook. Whoever knows its URL may post there, so the
//! URL is the destination's secret.

use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use hookline_aws::Client;
use hookline_event::Event;
use hookline_secrets::SecretCache;
use hookline_signature::Secret;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;

use super::message::{Facts, Message, Style};
use super::{DestinationError, Failure, Outbound, Shared, Turn};
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
pub(super) struct Chat {
    name: String,
    message: Message,
    timeout: Duration,
    outbound: Outbound,
    secrets: Arc<SecretCache<Client>>,
    /// What is asked for beside what the URL says.
    query: Option<(&'static str, &'static str)>,
}

impl Chat {
    pub(super) fn new(name: &str, style: Style, config: Config, shared: &Shared) -> Result<Self, DestinationError> {
        Ok(Self {
            name: name.to_owned(),
            message: Message::new(style, config.template)?,
            timeout: Duration::from_millis(config.timeout_ms.get()),
            outbound: shared.outbound.clone(),
            secrets: Arc::clone(&shared.secrets),
            query: None,
        })
    }

    /// With a parameter of the query.
    pub(super) fn asking(self, name: &'static str, value: &'static str) -> Self {
        Self { query: Some((name, value)), ..self }
    }

    /// Tells of an event, in its turn; `body` makes of the text what this chat takes.
    pub(super) async fn tell(
        &self,
        event: &Event,
        turn: Turn<'_>,
        body: impl FnOnce(String) -> Value,
    ) -> Result<(), Failure> {
        let message = body(self.message.render(&Facts::of(event))?);
        self.attempt(&message, turn.until(self.timeout)).await
    }

    /// A URL that the chat refuses may have been replaced: then the new one is tried at once.
    async fn attempt(&self, message: &Value, until: Instant) -> Result<(), Failure> {
        let secrets = super::secrets(&self.secrets, &self.name, until).await?;
        let failure = match self.post_to(&secrets, message, until).await {
            Err(failure) if !failure.reason.passes() || failure.reason == Reason::SecretUnusable => failure,
            result => return result,
        };
        let refreshed = async { Ok(self.secrets.refresh(&self.name, &secrets).await) };
        match super::in_time(until, refreshed).await? {
            Ok(Some(newer)) if !is_same(secrets.first(), newer.first()) => self.post_to(&newer, message, until).await,
            Ok(_) | Err(_) => Err(failure),
        }
    }

    async fn post_to(&self, secrets: &[Secret], message: &Value, until: Instant) -> Result<(), Failure> {
        // The first is the current one; the previous one is what was replaced. What is wrong with it is not quoted.
        let url = secrets.first().and_then(|secret| std::str::from_utf8(secret.expose()).ok()).map(str::trim);
        let target = url.and_then(|url| self.outbound.target(url, self.query).ok());
        let target = target.ok_or_else(|| super::unusable_secret(&self.name, "it is not an https URL"))?;
        let json = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        self.outbound.post(&target, json, message.to_string().into(), until).await
    }
}

/// Of two lists the current one: another previous one is no reason to post again.
fn is_same(tried: Option<&Secret>, newest: Option<&Secret>) -> bool {
    tried.zip(newest).is_none_or(|(tried, newest)| newest.matches(tried))
}
