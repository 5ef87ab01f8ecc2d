//! The near end: requests as senders make them, and each way of getting them wrong.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use hookline_signature::{Message, Secret, Signed};
use serde_json::Value;
use uuid::Uuid;

use crate::stack::{Stack, sources};

/// A request to `POST /webhooks/<source>`, ready to be sent or to be bent first.
#[derive(Debug, Clone)]
pub(crate) struct Webhook {
    pub(crate) source: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) query: Option<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The id that the sender gives the event, for schemes that have one in a header.
    pub(crate) event_id: String,
}

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Webhook {
    /// Signed now, as the source's sender signs; a GitHub source's event is `event`.
    pub(crate) fn signed(source: &str, event: &str, body: impl Into<Vec<u8>>, secret: &str) -> Result<Self> {
        let (body, event_id) = (body.into(), Uuid::new_v4().to_string());
        let config = sources().remove(source).with_context(|| format!("no source {source}"))?.config;
        let message = Message { body: &body, now: now(), id: &event_id, url: "", is_form: false };
        let Signed { mut headers, query } = config.resolve()?.sign(message, &Secret::new(secret)?)?;
        // The one that scenarios send arbitrary bytes by.
        let content_type = if source == "acme" { "application/octet-stream" } else { "application/json" };
        headers.push(("Content-Type".to_owned(), content_type.to_owned()));
        if config.scheme == "github" {
            headers.push(("X-GitHub-Event".to_owned(), event.to_owned()));
            headers.push(("X-GitHub-Delivery".to_owned(), event_id.clone()));
        }
        Ok(Self { source: source.to_owned(), headers, query, body, event_id })
    }

    /// Under another id, which a GitHub source does not sign.
    pub(crate) fn named(mut self, event_id: &str) -> Self {
        self.event_id = event_id.to_owned();
        self.with_header("X-GitHub-Delivery", Some(event_id))
    }

    /// Replaces a header, or removes it.
    pub(crate) fn with_header(mut self, name: &str, value: Option<&str>) -> Self {
        self.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        self.headers.extend(value.map(|value| (name.to_owned(), value.to_owned())));
        self
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

impl Stack {
    pub(crate) async fn send(&self, webhook: &Webhook) -> Result<Response> {
        let query = webhook.query.as_ref().map(|(name, value)| format!("?{name}={value}")).unwrap_or_default();
        let path = format!("/webhooks/{}{query}", webhook.source);
        self.post(&path, &webhook.headers, webhook.body.clone()).await
    }

    /// Every header is sent as often as it stands there.
    pub(crate) async fn post(&self, path: &str, headers: &[(String, String)], body: Vec<u8>) -> Result<Response> {
        let request = self.http.post(self.url(path)).body(body);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        let answer = request.send().await.with_context(|| format!("POST {path}"))?;
        let text = |value: &reqwest::header::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let headers = answer.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        Ok(Response { status: answer.status().as_u16(), headers, body: answer.text().await? })
    }
}

impl Response {
    /// The id of a 202's event.
    pub(crate) fn event_id(&self) -> Option<String> {
        let body: Value = serde_json::from_str(&self.body).ok()?;
        body["id"].as_str().map(str::to_owned)
    }
}
