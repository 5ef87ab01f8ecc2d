//! Requests of senders: correctly signed, or modified by a scenario.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use hookline::clock::unix_seconds;
use hookline_signature::{Message, Secret, Signed};
use serde_json::Value;
use uuid::Uuid;

use crate::stack::{Source, Stack};

/// A request to `POST /webhooks/<source>`.
#[derive(Debug, Clone)]
pub(crate) struct Webhook {
    pub(crate) source: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) query: Option<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Id of the event. Schemes with an id send it in a header.
    pub(crate) event_id: String,
}

/// Response of the API.
#[derive(Debug, Clone)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Webhook {
    /// Creates a request that is signed at the current time with the source's scheme. `event` is the value of GitHub's event
    /// header.
    pub(crate) fn signed(source: &Source, event: &str, body: impl Into<Vec<u8>>, secret: &str) -> Result<Self> {
        let (body, event_id) = (body.into(), Uuid::new_v4().to_string());
        let message = Message { body: &body, now: unix_seconds(), id: &event_id, url: "", is_form: false };
        let Signed { mut headers, query } = source.config.resolve()?.sign(message, &Secret::new(secret)?)?;
        // Scenarios send binary bodies with the source `acme`.
        let content_type = if source.name == "acme" { "application/octet-stream" } else { "application/json" };
        headers.push(("Content-Type".to_owned(), content_type.to_owned()));
        if source.config.scheme == "github" {
            headers.push(("X-GitHub-Event".to_owned(), event.to_owned()));
            headers.push(("X-GitHub-Delivery".to_owned(), event_id.clone()));
        }
        Ok(Self { source: source.name.to_owned(), headers, query, body, event_id })
    }

    /// Replaces the id of the event. GitHub does not sign the id.
    pub(crate) fn with_event_id(mut self, event_id: &str) -> Self {
        self.event_id = event_id.to_owned();
        self.with_header("X-GitHub-Delivery", Some(event_id))
    }

    /// Replaces a header. `None` removes it.
    pub(crate) fn with_header(mut self, name: &str, value: Option<&str>) -> Self {
        self.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        self.headers.extend(value.map(|value| (name.to_owned(), value.to_owned())));
        self
    }

    /// Returns the first value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

impl Stack {
    /// Sends a webhook.
    pub(crate) async fn send(&self, webhook: &Webhook) -> Result<Response> {
        let query = webhook.query.as_ref().map(|(name, value)| format!("?{name}={value}")).unwrap_or_default();
        let path = format!("/webhooks/{}{query}", webhook.source);
        self.post(&path, &webhook.headers, webhook.body.clone()).await
    }

    /// Sends a POST request. Sends repeated headers repeatedly.
    pub(crate) async fn post(&self, path: &str, headers: &[(String, String)], body: Vec<u8>) -> Result<Response> {
        let request = self.http.post(self.url(path)).body(body);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        let response = request.send().await.with_context(|| format!("cannot send POST {path}"))?;
        let text = |value: &reqwest::header::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let headers = response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        Ok(Response { status: response.status().as_u16(), headers, body: response.text().await? })
    }
}

impl Response {
    /// Returns the event id in the body of a 202 response.
    pub(crate) fn event_id(&self) -> Option<String> {
        let body: Value = serde_json::from_str(&self.body).ok()?;
        body["id"].as_str().map(str::to_owned)
    }
}
