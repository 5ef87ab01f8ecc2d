//! Posts the exact body with the event's attributes as headers (the binary mode of CloudEvents).
//!
//! <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md>
//!
//! If `signed` is set, each request has a new signature of Standard Webhooks:
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>. The id is the event's
//! deduplication key, which stays the same for retries, redrives and repeated requests of the sender. During a rotation
//! the request has two signatures.

mod auth;
mod headers;
mod signature;

use std::collections::BTreeMap;

use hookline_event::Event;
use hookline_senders::SchemeSource;
use hookline_telemetry::Trace;
use http::{HeaderMap, HeaderValue, Method};
use serde::Deserialize;

use self::auth::Auth;
use super::attempt::Attempt;
use super::error::DestinationError;
use super::kind::{Kind, Preview, Setup};
use crate::egress::{HttpRequest, Target};
use crate::failure::Failure;
use crate::reason::Reason;

/// The configuration of an HTTP destination, as Terraform writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The URL that events are posted to.
    url: String,
    /// Additional headers.
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// Whether each request is signed with the destination's secret.
    #[serde(default)]
    signed: bool,
}

/// A URL that events are posted to.
#[derive(Debug)]
pub(crate) struct Http {
    target: Target,
    /// The additional headers of the configuration.
    headers: HeaderMap,
    /// How requests are signed and authenticated with the destination's secret.
    auth: Auth,
}

impl Kind for Http {
    const NAME: &'static str = "http";
    type Config = Config;

    fn new(config: Config, setup: &Setup<'_>) -> Result<Self, DestinationError> {
        let signature = config.signed.then(|| SchemeSource::sender("standard").resolve()).transpose()?;
        Ok(Self {
            target: Target::parse(&config.url, None, setup.guard)?,
            headers: headers::configured_headers(&config.headers)?,
            auth: Auth::new(setup.name, signature),
        })
    }

    fn preview(&self, event: &Event) -> Result<Preview, Failure> {
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = self.headers(event, None)?;
        let headers = headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        Ok(Preview { target: format!("POST {}", self.target), headers, body: event.data.clone() })
    }

    async fn deliver(&self, event: &Event, attempt: Attempt<'_>) -> Result<(), Failure> {
        let headers = self.headers(event, attempt.trace)?;
        let request = HttpRequest { method: Method::POST, target: &self.target, headers, body: event.data.clone() };
        self.auth.send(event.dedup_key.as_str(), request, attempt).await
    }
}

impl Http {
    /// Returns the headers without the signature and the credentials.
    fn headers(&self, event: &Event, trace: Option<&Trace>) -> Result<HeaderMap, Failure> {
        let mut headers = self.headers.clone();
        headers.extend(headers::event_headers(event, trace).ok_or_else(|| Failure::from(Reason::UnreadableEvent))?);
        Ok(headers)
    }
}
