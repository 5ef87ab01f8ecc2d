//! The headers of the event and of the configuration.

use std::collections::BTreeMap;

use hookline_event::{Event, HOPS_HEADER, name};
use hookline_telemetry::Trace;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::destinations::error::DestinationError;

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

/// Validates the headers of the configuration.
pub(super) fn configured_headers(headers: &BTreeMap<String, String>) -> Result<HeaderMap, DestinationError> {
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
