//! The common part of the chat destinations: it renders a message from a template and posts it to a webhook. The
//! webhook URL is the destination's secret, because the URL alone authorizes a caller to post.

use std::borrow::Cow;

use hookline_event::Event;
use hookline_signature::Secret;
use http::Method;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;

use super::attempt::Attempt;
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
    pub(super) template: Option<String>,
}

/// How the URL of the chat follows from the destination's secret.
#[derive(Debug, Clone, Copy)]
pub(super) struct WebhookUrl {
    /// Returns the URL. A secret of the wrong format gives a text that is not a URL.
    pub(super) from_secret: fn(&str) -> Cow<'_, str>,
    /// A query parameter that is added to the URL.
    pub(super) query: Option<(&'static str, &'static str)>,
    /// What the secret has to be, for error messages.
    pub(super) expected: &'static str,
}

impl WebhookUrl {
    /// The secret is the URL.
    pub(super) const SECRET: Self =
        Self { from_secret: |secret| Cow::Borrowed(secret), query: None, expected: "an https URL" };
}

/// A channel with a webhook.
#[derive(Debug)]
pub(super) struct Chat {
    name: String,
    template: MessageTemplate,
    url: WebhookUrl,
}

impl Chat {
    pub(super) fn new(
        name: &str,
        format: Format,
        template: Option<String>,
        url: WebhookUrl,
    ) -> Result<Self, DestinationError> {
        Ok(Self { name: name.to_owned(), template: MessageTemplate::new(format, template)?, url })
    }

    /// Returns the message about an event.
    pub(super) fn preview(&self, event: &Event, body: impl FnOnce(&str) -> Value) -> Result<Preview, Failure> {
        let message = body(&self.template.render(&TemplateContext::new(event))?);
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Ok(Preview { target: "POST to the URL in the secret".to_owned(), headers, body: message.to_string().into() })
    }

    /// Posts a message about an event. `body` creates the JSON body of the chat's API from the text.
    pub(super) async fn post(
        &self,
        event: &Event,
        attempt: Attempt<'_>,
        body: impl FnOnce(&str) -> Value,
    ) -> Result<(), Failure> {
        let message = body(&self.template.render(&TemplateContext::new(event))?);
        // If the chat rejects the URL, an operator may have replaced it.
        let is_rejection = |reason: &Reason| !reason.is_retryable() || *reason == Reason::SecretUnusable;
        let post = async |secrets: &[Secret]| self.post_to(attempt.clients, secrets, &message, attempt.deadline).await;
        secret::with_current(attempt, &self.name, is_rejection, post).await
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
        let WebhookUrl { from_secret, query, expected } = self.url;
        let target = url.and_then(|url| Target::parse(&from_secret(url), query, clients.egress.guard()).ok());
        let target = target.ok_or_else(|| secret::unusable(&self.name, &format!("the secret is not {expected}")))?;
        let (headers, body) = (json_headers(), message.to_string().into());
        clients.egress.send(HttpRequest { method: Method::POST, target: &target, headers, body }, deadline).await
    }
}
