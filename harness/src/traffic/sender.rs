//! Requests of senders: correctly signed, or modified by a scenario.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use hookline::clock::unix_seconds;
use hookline_signature::{Message, Secret, Signed};
use reqwest::Method;
use uuid::Uuid;

use crate::stack::{Source, Stack};

/// The content type of a form.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// The response header with the event's id.
const EVENT_ID: &str = "hookline-event-id";

/// A request to `/webhooks/<source>`.
#[derive(Debug, Clone)]
pub(crate) struct Webhook {
    pub(crate) source: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Id of the event, for senders that send it in a header. Other events have the id of the response.
    pub(crate) event_id: String,
}

/// What a sender signs.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    pub(crate) body: Vec<u8>,
    pub(crate) content_type: &'static str,
    /// Further headers of the request. Some senders sign some of them.
    pub(crate) headers: Vec<(String, String)>,
    /// The time of the signature in seconds since 1970.
    pub(crate) time: i64,
}

/// Response of the API.
#[derive(Debug, Clone)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Content {
    /// Returns content of a type that is signed at the current time.
    pub(crate) fn new(content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), content_type, headers: Vec::new(), time: unix_seconds() }
    }

    /// Returns JSON that is signed at the current time.
    pub(crate) fn json(body: impl Into<Vec<u8>>) -> Self {
        Self::new("application/json", body)
    }

    /// Returns a form that is signed at the current time.
    pub(crate) fn form(body: impl Into<Vec<u8>>) -> Self {
        Self::new(FORM, body)
    }

    /// Adds a header.
    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Signs at another time.
    pub(crate) fn signed_at(self, time: i64) -> Self {
        Self { time, ..self }
    }
}

impl Webhook {
    /// Signs content as the source's sender does. A GitHub source's event is `event`.
    pub(crate) fn signed(source: &Source, event: &str, content: Content, secret: &str) -> Result<Self> {
        let Content { body, content_type, mut headers, time } = content;
        let event_id = Uuid::new_v4().to_string();
        if source.config.sender.as_deref() == Some("github") {
            headers.push(("X-GitHub-Event".to_owned(), event.to_owned()));
            headers.push(("X-GitHub-Delivery".to_owned(), event_id.clone()));
        }
        headers.push(("Content-Type".to_owned(), content_type.to_owned()));
        let message = Message {
            body: &body,
            now: time,
            id: &event_id,
            url: source.config.url.as_deref().unwrap_or_default(),
            is_form: content_type == FORM,
            headers: &headers,
        };
        let signed = source.scheme()?.sign(message, &Secret::new(secret)?);
        let Signed { headers: added, query, body: changed } =
            signed.with_context(|| format!("source `{}`", source.name))?;
        headers.retain(|(name, _)| !added.iter().any(|(other, _)| other.eq_ignore_ascii_case(name)));
        headers.extend(added);
        Ok(Self { source: source.name.to_owned(), headers, query, body: changed.unwrap_or(body), event_id })
    }

    /// Returns a request without a signature.
    pub(crate) fn unsigned(source: &str, content: Content) -> Self {
        let Content { body, content_type, mut headers, .. } = content;
        headers.push(("Content-Type".to_owned(), content_type.to_owned()));
        let event_id = Uuid::new_v4().to_string();
        Self { source: source.to_owned(), headers, query: Vec::new(), body, event_id }
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

    /// Replaces a text in the body.
    pub(crate) fn with_replaced_text(mut self, from: &str, to: &str) -> Self {
        self.body = String::from_utf8_lossy(&self.body).replace(from, to).into_bytes();
        self
    }

    /// Returns the first value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    fn path(&self) -> String {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.query).finish();
        let separator = if query.is_empty() { "" } else { "?" };
        format!("/webhooks/{}{separator}{query}", self.source)
    }
}

impl Stack {
    /// Sends a webhook.
    pub(crate) async fn send(&self, webhook: &Webhook) -> Result<Response> {
        self.post(&webhook.path(), &webhook.headers, webhook.body.clone()).await
    }

    /// Sends a request with another method.
    pub(crate) async fn send_with_method(&self, method: Method, webhook: &Webhook) -> Result<Response> {
        self.request(method, &webhook.path(), &webhook.headers, webhook.body.clone()).await
    }

    /// Sends a POST request. Sends repeated headers repeatedly.
    pub(crate) async fn post(&self, path: &str, headers: &[(String, String)], body: Vec<u8>) -> Result<Response> {
        self.request(Method::POST, path, headers, body).await
    }

    async fn request(
        &self,
        method: Method,
        path: &str,
        headers: &[(String, String)],
        body: Vec<u8>,
    ) -> Result<Response> {
        let request = self.http.request(method.clone(), self.url(path)).body(body);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        let response = request.send().await.with_context(|| format!("cannot send {method} {path}"))?;
        let text = |value: &reqwest::header::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let headers = response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        Ok(Response { status: response.status().as_u16(), headers, body: response.text().await? })
    }
}

impl Response {
    /// Returns the event's id if ingest has accepted an event. The response to a handshake has none.
    pub(crate) fn event_id(&self) -> Option<String> {
        let is_success = (200..300).contains(&self.status);
        self.headers.get(EVENT_ID).filter(|_| is_success).cloned()
    }

    /// Returns a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}
