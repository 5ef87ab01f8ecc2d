//! The common part of the chat destinations: it renders a message from a template and posts it to a webhook. The
//! webhook URL is the destination's secret, because the URL alone authorizes a caller to post.

use std::borrow::Cow;

use hookline_event::Event;
use hookline_signature::Secret;
use http::Method;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;

use super::attempt::{Attempt, before_deadline};
use super::clients::Clients;
use super::error::DestinationError;
use super::kind::Preview;
use super::secret;
use super::template::{Format, MessageTemplate, TemplateContext};
use crate::egress::{HttpRequest, Target, json_headers};
use crate::failure::Failure;
use crate::reason::Reason;

/// The configuration of a chat destination, as Terraform writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// A template that replaces the built-in templates.
    template: Option<String>,
}

/// A channel with a webhook.
#[derive(Debug)]
pub(super) struct Chat {
    name: String,
    template: MessageTemplate,
    /// A query parameter that is added to the webhook URL.
    query: Option<(&'static str, &'static str)>,
    /// Changes the webhook URL before it is used.
    rewrite: fn(&str) -> Cow<'_, str>,
}

impl Chat {
    pub(super) fn new(name: &str, format: Format, config: Config) -> Result<Self, DestinationError> {
        Ok(Self {
            name: name.to_owned(),
            template: MessageTemplate::new(format, config.template)?,
            query: None,
            rewrite: |url| Cow::Borrowed(url),
        })
    }

    /// Adds a query parameter to the webhook URL.
    pub(super) fn with_query(self, name: &'static str, value: &'static str) -> Self {
        Self { query: Some((name, value)), ..self }
    }

    /// Changes the webhook URL before it is used.
    pub(super) fn with_rewrite(self, rewrite: fn(&str) -> Cow<'_, str>) -> Self {
        Self { rewrite, ..self }
    }

    /// Returns the message about an event.
    pub(super) fn preview(&self, event: &Event, body: impl FnOnce(String) -> Value) -> Result<Preview, Failure> {
        let message = body(self.template.render(&TemplateContext::new(event))?);
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Ok(Preview { target: "POST the URL in the secret".to_owned(), headers, body: message.to_string().into() })
    }

    /// Posts a message about an event. `body` creates the JSON body of the chat's API from the text.
    pub(super) async fn post(
        &self,
        event: &Event,
        attempt: Attempt<'_>,
        body: impl FnOnce(String) -> Value,
    ) -> Result<(), Failure> {
        let message = body(self.template.render(&TemplateContext::new(event))?);
        self.post_message(attempt.clients, &message, attempt.deadline).await
    }

    /// Posts a message. If the chat rejects the URL, an operator may have replaced it, so the message is posted to the
    /// new URL immediately.
    async fn post_message(&self, clients: &Clients, message: &Value, deadline: Instant) -> Result<(), Failure> {
        let secrets = secret::lookup(clients, &self.name, deadline).await?;
        let failure = match self.post_to(clients, &secrets, message, deadline).await {
            Err(failure) if !failure.reason.is_retryable() || failure.reason == Reason::SecretUnusable => failure,
            result => return result,
        };
        let refresh = async { Ok(clients.secrets.refresh(&self.name, &secrets).await) };
        match before_deadline(deadline, refresh).await? {
            Ok(Some(refreshed)) if !is_same(secrets.first(), refreshed.first()) => {
                self.post_to(clients, &refreshed, message, deadline).await
            }
            Ok(_) | Err(_) => Err(failure),
        }
    }

    async fn post_to(
        &self,
        clients: &Clients,
        secrets: &[Secret],
        message: &Value,
        deadline: Instant,
    ) -> Result<(), Failure> {
        // The first secret is the current one; the previous one was replaced. The failure does not quote the secret.
        let url = secrets.first().and_then(|secret| std::str::from_utf8(secret.expose()).ok()).map(str::trim);
        let target = url.and_then(|url| Target::parse(&(self.rewrite)(url), self.query, clients.egress.guard()).ok());
        let target = target.ok_or_else(|| secret::unusable(&self.name, "the secret is not an https URL"))?;
        let (headers, body) = (json_headers(), message.to_string().into());
        clients.egress.send(HttpRequest { method: Method::POST, target: &target, headers, body }, deadline).await
    }
}

/// Whether the current secret is unchanged. A changed previous secret does not justify another request.
fn is_same(used: Option<&Secret>, current: Option<&Secret>) -> bool {
    used.zip(current).is_none_or(|(used, current)| current.matches(used))
}
