//! Sends the exact body, or a body from a template, with the event's attributes as headers (the binary mode of
//! CloudEvents).
//!
//! <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md>
//!
//! If `signed` is set, each request has a new signature of Standard Webhooks:
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>. The id is the event's
//! deduplication key, which stays the same for retries, redrives and repeated requests of the sender. During a rotation
//! the request has two signatures.

mod auth;
mod body;
mod compression;
mod config;
mod content;
mod headers;
mod marks;
mod signature;
mod success;

use hookline_event::Event;
use http::{HeaderValue, Method};

use self::auth::Auth;
use self::body::BodyTemplate;
use self::config::Config;
use self::content::Content;
use self::headers::ConfiguredHeaders;
use self::success::Success;
use super::attempt::Attempt;
use super::error::DestinationError;
use super::kind::{Kind, Preview, Setup};
use crate::egress::{HttpRequest, Target};
use crate::failure::Failure;
use crate::reason::Reason;

/// A URL that events are sent to.
#[derive(Debug)]
pub(crate) struct Http {
    target: Target,
    method: Method,
    content: Content,
    success: Success,
    /// How requests are signed and authenticated with the destination's secret.
    auth: Auth,
}

impl Kind for Http {
    const NAME: &'static str = "http";
    type Config = Config;

    fn new(config: Config, setup: &Setup<'_>) -> Result<Self, DestinationError> {
        let target = Target::parse(&config.url, None, setup.guard)?;
        Ok(Self {
            auth: Auth::new(&config, &target, setup)?,
            target,
            method: config.method.into(),
            content: Content {
                headers: ConfiguredHeaders::new(config.headers, &config.forward_headers)?,
                body: config.body.map(BodyTemplate::new).transpose()?,
                compression: config.compression,
            },
            success: Success::new(&config.success)?,
        })
    }

    fn preview(&self, event: &Event) -> Result<Preview, Failure> {
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let content = self.content.of(event, None)?;
        let headers = content.headers.iter().map(|(name, value)| (name.to_string(), text(value)));
        let mut headers: Vec<_> = headers.chain(self.auth.preview()).collect();
        headers.sort();
        Ok(Preview { target: format!("{} {}", self.method, self.target), headers, body: content.body })
    }

    async fn deliver(&self, event: &Event, attempt: Attempt<'_>) -> Result<(), Failure> {
        let (headers, body) = self.content.of(event, attempt.trace)?.encode()?;
        let request = HttpRequest { method: self.method.clone(), target: &self.target, headers, body };
        match self.auth.send(event.dedup_key.as_str(), request, attempt).await {
            Err(Failure { reason: Reason::Http { status, .. }, .. }) if self.success.contains(status) => Ok(()),
            result => result,
        }
    }
}
