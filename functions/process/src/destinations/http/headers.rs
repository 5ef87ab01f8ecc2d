//! The headers of the event, of the configuration and of the sender's request.

use std::collections::BTreeMap;

use hookline_event::{Event, ForwardedHeaders, HOPS_HEADER, name};
use hookline_telemetry::Trace;
use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{CONTROLS, utf8_percent_encode};

use crate::destinations::error::DestinationError;
use crate::destinations::event_template::EventTemplate;
use crate::destinations::limits;
use crate::failure::Failure;
use crate::reason::Reason;

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

/// The texts that begin an expression, a statement or a comment of a template.
const TEMPLATE_SYNTAX: [&str; 3] = ["{{", "{%", "{#"];

/// The headers of the configuration, and the names of those that the sender's request has.
#[derive(Debug)]
pub(super) struct ConfiguredHeaders {
    constant: HeaderMap,
    templates: Vec<(HeaderName, EventTemplate)>,
    forwarded: Vec<HeaderName>,
}

impl ConfiguredHeaders {
    /// Validates the headers. Hookline or the connection sets some headers, and others would contain a secret.
    pub(super) fn new(headers: BTreeMap<String, String>, forwarded: &[String]) -> Result<Self, DestinationError> {
        let mut configured = Self { constant: HeaderMap::new(), templates: Vec::new(), forwarded: Vec::new() };
        for (name, value) in headers {
            let header = header_name(&name)?;
            if TEMPLATE_SYNTAX.iter().any(|syntax| value.contains(syntax)) {
                configured.templates.push((header, EventTemplate::new(value)?));
            } else {
                let value = HeaderValue::from_str(&value).map_err(|_| DestinationError::InvalidHeader { name })?;
                configured.constant.insert(header, value);
            }
        }
        for name in forwarded {
            let parsed = HeaderName::try_from(name);
            let header = parsed.map_err(|_| DestinationError::InvalidHeader { name: name.clone() })?;
            // An event does not have the others: the plan rejects them.
            configured.forwarded.extend(ForwardedHeaders::is_allowed(name).then_some(header));
        }
        Ok(configured)
    }

    /// Returns the headers for an event. Those of the configuration replace those of the sender's request.
    ///
    /// # Errors
    ///
    /// [`Reason::TemplateFailed`]: a template fails, or a value is too long.
    pub(super) fn of(&self, event: &Event) -> Result<HeaderMap, Failure> {
        let forwarded = self.forwarded.iter().filter_map(|name| {
            let value = HeaderValue::from_str(event.forwarded.get(name.as_str())?).ok()?;
            Some((name.clone(), value))
        });
        let mut headers: HeaderMap = forwarded.collect();
        headers.extend(self.constant.clone());
        for (name, template) in &self.templates {
            // A header without a value would be unclear, so such a header is not sent.
            match header_value(&template.render(event)?)? {
                Some(value) => headers.insert(name, value),
                None => headers.remove(name),
            };
        }
        Ok(headers)
    }
}

/// Returns a rendered value, or `None` if it is empty. Characters that a header cannot have become `%XX`.
fn header_value(text: &str) -> Result<Option<HeaderValue>, Failure> {
    let text = utf8_percent_encode(text.trim(), CONTROLS).to_string();
    if text.len() > limits::HTTP_HEADER_BYTES {
        return Err(Reason::TemplateFailed.into());
    }
    let value = HeaderValue::from_str(&text).map_err(|_| Reason::TemplateFailed)?;
    Ok(Some(value).filter(|value| !value.is_empty()))
}

/// Returns the name of a header, unless Hookline or the connection sets it, or it would contain a secret.
pub(super) fn header_name(name: &str) -> Result<HeaderName, DestinationError> {
    let invalid = || DestinationError::InvalidHeader { name: name.to_owned() };
    let header = HeaderName::try_from(name).map_err(|_| invalid())?;
    let is_reserved = ["ce-", "hookline-", "webhook-"].iter().any(|prefix| header.as_str().starts_with(prefix));
    if is_reserved || RESERVED.contains(&header.as_str()) { Err(invalid()) } else { Ok(header) }
}

/// Returns the attributes of the event as headers, or `None` if one of them cannot be a header.
pub(super) fn event_headers(event: &Event, trace: Option<&Trace>) -> Option<HeaderMap> {
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
    if let Some(replay) = &event.replay {
        set("ce-replay", &name::encode_header(replay))?;
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
