//! Posts the exact body with the event's attributes as headers (the binary mode of CloudEvents).
//!
//! <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md>
//!
//! If `signed` is set, each request has a new signature of Standard Webhooks:
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>. The id is the event's
//! deduplication key, which stays the same for retries, redrives and repeated requests of the sender. During a rotation
//! the request has two signatures.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::time::Duration;

use hookline_event::{Event, HOPS_HEADER, name};
use hookline_senders::{Endpoint, SchemeSource};
use hookline_signature::{Message, Secret};
use hookline_telemetry::Trace;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use time::OffsetDateTime;

use super::attempt::Attempt;
use super::error::DestinationError;
use super::secret;
use crate::egress::{SsrfGuard, Target};
use crate::failure::Failure;
use crate::reason::Reason;

/// The configuration of an HTTP destination, as Terraform writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The URL that events are posted to.
    url: String,
    /// The timeout of an attempt.
    #[serde(default = "super::attempt::default_timeout_ms")]
    timeout_ms: NonZeroU64,
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
    name: String,
    target: Target,
    pub(super) timeout: Duration,
    /// The additional headers of the configuration.
    headers: HeaderMap,
    /// How each request is signed with the destination's secret, if it is.
    signature: Option<Endpoint>,
}

impl Http {
    pub(super) fn new(name: &str, config: Config, guard: &SsrfGuard) -> Result<Self, DestinationError> {
        Ok(Self {
            name: name.to_owned(),
            target: Target::parse(&config.url, None, guard)?,
            timeout: Duration::from_millis(config.timeout_ms.get()),
            headers: configured_headers(&config.headers)?,
            signature: config.signed.then(|| SchemeSource::sender("standard").resolve()).transpose()?,
        })
    }

    pub(super) async fn deliver(&self, event: &Event, attempt: Attempt<'_>) -> Result<(), Failure> {
        let deadline = attempt.deadline(self.timeout);
        let mut headers = self.headers.clone();
        headers.extend(event_headers(event, attempt.trace).ok_or_else(|| Failure::from(Reason::UnreadableEvent))?);
        if let Some(scheme) = &self.signature {
            let secrets = secret::lookup(attempt.clients, &self.name, deadline).await?;
            headers.extend(self.signatures(scheme, event, &secrets)?);
        }
        attempt.clients.egress.post(&self.target, headers, event.data.clone(), deadline).await
    }

    /// Signs with each secret, so that a receiver that still has the previous secret can verify the request.
    fn signatures(&self, scheme: &Endpoint, event: &Event, secrets: &[Secret]) -> Result<HeaderMap, Failure> {
        let (now, id) = (OffsetDateTime::now_utc().unix_timestamp(), event.dedup_key.as_str());
        let mut headers: BTreeMap<String, String> = BTreeMap::new();
        for (number, secret) in secrets.iter().enumerate() {
            let message = Message { body: &event.data, now, id, ..Message::default() };
            let signed = match scheme.sign(message, secret) {
                Ok(signed) => signed,
                // The previous secret may have been replaced because it is not a valid key.
                Err(_) if number > 0 => continue,
                Err(error) => return Err(secret::unusable(&self.name, &error.to_string())),
            };
            for (name, value) in signed.headers {
                let joined = headers.entry(name).or_default();
                if joined.is_empty() {
                    *joined = value;
                } else if *joined != value {
                    // Only the signatures differ: id and timestamp are the same for all secrets.
                    joined.push(' ');
                    joined.push_str(&value);
                }
            }
        }
        let header = |(name, value): (&String, &String)| Some((name.parse().ok()?, value.parse().ok()?));
        headers.iter().map(header).collect::<Option<_>>().ok_or_else(|| Failure::from(Reason::UnreadableEvent))
    }
}

/// Headers that the configuration must not contain: Hookline or the connection sets them, or they would contain a
/// secret.
const RESERVED: [&str; 10] = [
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "host",
    "proxy-authorization",
    "traceparent",
    "transfer-encoding",
];

fn configured_headers(headers: &BTreeMap<String, String>) -> Result<HeaderMap, DestinationError> {
    let header = |(name, value): (&String, &String)| {
        let invalid = || DestinationError::InvalidHeader { name: name.clone() };
        let parsed = HeaderName::try_from(name).map_err(|_| invalid())?;
        let reserved = ["ce-", "hookline-", "webhook-"].iter().any(|prefix| parsed.as_str().starts_with(prefix));
        if reserved || RESERVED.contains(&parsed.as_str()) {
            return Err(invalid());
        }
        Ok((parsed, HeaderValue::from_str(value).map_err(|_| invalid())?))
    };
    headers.iter().map(header).collect()
}

fn event_headers(event: &Event, trace: Option<&Trace>) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    let mut set = |name: &'static str, value: &str| -> Option<()> {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).ok()?);
        Some(())
    };
    set("ce-specversion", "1.0")?;
    set("ce-id", &name::encode_header(&event.id))?;
    set("ce-source", &event.source)?;
    set("ce-type", &event.event_type)?;
    set("ce-time", &event.time)?;
    set("ce-dedupkey", event.dedup_key.as_str())?;
    if let Some(recorded_time) = &event.recorded_time {
        set("ce-recordedtime", recorded_time)?;
    }
    if let Some(sender_source) = &event.sender_source {
        set("ce-sendersource", &name::encode_header(sender_source))?;
    }
    if let Some(content_type) = &event.content_type {
        set("content-type", content_type)?;
    }
    if let Some(content_encoding) = &event.content_encoding {
        set("content-encoding", content_encoding)?;
    }
    set(HOPS_HEADER, &event.hops.saturating_add(1).to_string())?;
    if let Some(traceparent) = trace.map(Trace::traceparent) {
        set("traceparent", &traceparent)?;
    }
    Some(headers)
}
