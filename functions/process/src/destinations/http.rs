//! Posts the exact body, with the event's attributes as headers: CloudEvents' binary mode.
//!
//! <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md>
//!
//! Signed anew, if that is asked for, as Standard Webhooks has it:
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>. The id is the event's
//! deduplication key, the same over retries, redrives and repeats of the sender; during a rotation there are two signatures.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::time::Duration;

use hookline_event::Event;
use hookline_signature::{Message, Scheme, Secret, Standard};
use hookline_telemetry::Trace;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use time::OffsetDateTime;

use super::{Attempt, DestinationError, Failure};
use crate::egress::{Guard, Target};
use crate::reason::Reason;

/// As Terraform writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Where to.
    url: String,
    /// How long an attempt may take.
    timeout_ms: NonZeroU64,
    /// What is sent beside the event's own headers.
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// Whether the destination's secret signs each request.
    #[serde(default)]
    signed: bool,
}

/// A URL that events are posted to.
#[derive(Debug)]
pub(crate) struct Http {
    name: String,
    target: Target,
    timeout: Duration,
    /// The owner's own.
    headers: HeaderMap,
    /// Whether the destination's secret signs each request.
    signed: bool,
}

impl Http {
    pub(super) fn new(name: &str, config: Config, guard: &Guard) -> Result<Self, DestinationError> {
        Ok(Self {
            name: name.to_owned(),
            target: Target::parse(&config.url, None, guard)?,
            timeout: Duration::from_millis(config.timeout_ms.get()),
            headers: own_headers(&config.headers)?,
            signed: config.signed,
        })
    }

    pub(super) async fn deliver(&self, event: &Event, attempt: Attempt<'_>) -> Result<(), Failure> {
        let until = attempt.until(self.timeout);
        let mut headers = self.headers.clone();
        headers.extend(event_headers(event, attempt.trace).ok_or_else(|| Failure::from(Reason::UnreadableEvent))?);
        if self.signed {
            let secrets = super::secrets(attempt.clients, &self.name, until).await?;
            headers.extend(self.signatures(event, &secrets)?);
        }
        attempt.clients.egress.post(&self.target, headers, event.data.clone(), until).await
    }

    /// One signature for each secret, so that a receiver that still has the previous one is satisfied too.
    fn signatures(&self, event: &Event, secrets: &[Secret]) -> Result<HeaderMap, Failure> {
        let scheme = Scheme::Standard(Standard { tolerance: Standard::TOLERANCE });
        let (now, id) = (OffsetDateTime::now_utc().unix_timestamp(), event.dedup_key.as_str());
        let mut headers: BTreeMap<String, String> = BTreeMap::new();
        for (number, secret) in secrets.iter().enumerate() {
            let message = Message { body: &event.data, now, id, url: "", form: false };
            let signed = match scheme.sign(message, secret) {
                Ok(signed) => signed,
                // The one that was replaced may have been replaced because it is no key.
                Err(_) if number > 0 => continue,
                Err(error) => return Err(super::unusable_secret(&self.name, &error.to_string())),
            };
            for (name, value) in signed.headers {
                let text = headers.entry(name).or_default();
                if text.is_empty() {
                    *text = value;
                } else if *text != value {
                    // Id and time are the same for all.
                    text.push(' ');
                    text.push_str(&value);
                }
            }
        }
        let header = |(name, value): (&String, &String)| Some((name.parse().ok()?, value.parse().ok()?));
        headers.iter().map(header).collect::<Option<_>>().ok_or_else(|| Failure::from(Reason::UnreadableEvent))
    }
}

/// What is the event's, the connection's, or would be a secret in the configuration.
const RESERVED: [&str; 9] = [
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "host",
    "proxy-authorization",
    "traceparent",
    "transfer-encoding",
];

fn own_headers(headers: &BTreeMap<String, String>) -> Result<HeaderMap, DestinationError> {
    let header = |(name, value): (&String, &String)| {
        let bad = || DestinationError::BadHeader { name: name.clone() };
        let parsed = HeaderName::try_from(name).map_err(|_| bad())?;
        let reserved = ["ce-", "webhook-"].iter().any(|prefix| parsed.as_str().starts_with(prefix));
        if reserved || RESERVED.contains(&parsed.as_str()) {
            return Err(bad());
        }
        Ok((parsed, HeaderValue::from_str(value).map_err(|_| bad())?))
    };
    headers.iter().map(header).collect()
}

fn event_headers(event: &Event, trace: Option<&Trace>) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    let mut set = |name: &'static str, value: &str| -> Option<()> {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).ok()?);
        Some(())
    };
    set("ce-specversion", "1.0")?;
    set("ce-id", &event.id)?;
    set("ce-source", &event.source)?;
    set("ce-type", &event.event_type)?;
    set("ce-time", &event.time)?;
    set("ce-dedupkey", event.dedup_key.as_str())?;
    if let Some(content_type) = &event.content_type {
        set("content-type", content_type)?;
    }
    if let Some(traceparent) = trace.map(Trace::traceparent) {
        set("traceparent", &traceparent)?;
    }
    Some(headers)
}
