//! Posts the exact body, with the event's attributes as headers: CloudEvents' binary mode.
//!
//! <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md>

use std::collections::BTreeMap;
use std::error::Error as _;
use std::net::IpAddr;
use std::time::Duration;

use hookline_event::Event;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use reqwest::{Response, Url};
use time::OffsetDateTime;

use super::{DestinationError, Failure, Outbound};
use crate::guard::Blocked;
use crate::retry_after::retry_after;

/// An answer is read so far that its connection can be used again, and no further.
const MAX_ANSWER_BYTES: usize = 16 * 1024;
const DRAIN: Duration = Duration::from_millis(300);

/// A URL that events are posted to.
pub(crate) struct Http {
    url: Url,
    literal: Option<IpAddr>,
    timeout: Duration,
    /// The owner's own.
    headers: HeaderMap,
    outbound: Outbound,
}

impl Http {
    pub(super) fn new(
        url: &str,
        timeout: Duration,
        headers: &BTreeMap<String, String>,
        outbound: &Outbound,
    ) -> Result<Self, DestinationError> {
        let bad = || DestinationError::BadUrl { url: url.to_owned() };
        let parsed = Url::parse(url).map_err(|_| bad())?;
        let host = parsed.host_str().ok_or_else(bad)?;
        let literal = host.trim_matches(['[', ']']).parse().ok();
        let listed = literal.is_some_and(|address| outbound.guard.lists(address));
        if parsed.scheme() != "https" && !(parsed.scheme() == "http" && listed) {
            return Err(DestinationError::NotHttps { url: url.to_owned() });
        }
        Ok(Self { url: parsed, literal, timeout, headers: own_headers(headers)?, outbound: outbound.clone() })
    }

    pub(super) async fn deliver(&self, event: &Event, time: Duration) -> Result<(), Failure> {
        // A host that is an address is connected to without the resolver, and so without its check.
        if self.literal.is_some_and(|address| self.outbound.guard.check(address).is_err()) {
            return Err(Failure::permanent("blocked_address"));
        }
        let event_headers = headers(event).ok_or_else(|| Failure::permanent("unreadable_event"))?;
        let request = self
            .outbound
            .client
            .post(self.url.clone())
            .headers(self.headers.clone())
            .headers(event_headers)
            .body(event.data.clone());
        let response = request.timeout(self.timeout.min(time)).send().await.map_err(|error| failure(&error))?;
        let verdict = verdict(response.status(), response.headers(), OffsetDateTime::now_utc());
        // The verdict stands already: what goes wrong here concerns only the connection, which is then closed.
        let _ = tokio::time::timeout(DRAIN, drain(response)).await;
        verdict
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
        if parsed.as_str().starts_with("ce-") || RESERVED.contains(&parsed.as_str()) {
            return Err(bad());
        }
        Ok((parsed, HeaderValue::from_str(value).map_err(|_| bad())?))
    };
    headers.iter().map(header).collect()
}

fn headers(event: &Event) -> Option<HeaderMap> {
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
    if let Some(traceparent) = &event.traceparent {
        set("traceparent", traceparent)?;
    }
    Some(headers)
}

/// What an answer means for the event.
fn verdict(status: StatusCode, headers: &HeaderMap, now: OffsetDateTime) -> Result<(), Failure> {
    let reason = format!("http_{}", status.as_u16());
    match status.as_u16() {
        200..=299 => Ok(()),
        408 | 425 | 429 | 500..=599 => {
            let asked = headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
            Err(Failure::Retryable { reason, retry_after: asked.and_then(|value| retry_after(value, now)) })
        }
        _ => Err(Failure::Permanent { reason }),
    }
}

fn failure(error: &reqwest::Error) -> Failure {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.is::<Blocked>() {
            return Failure::permanent("blocked_address");
        }
        cause = error.source();
    }
    Failure::retryable(match () {
        () if error.is_timeout() => "timeout",
        () if error.is_connect() => "connection",
        () => "request",
    })
}

async fn drain(mut response: Response) {
    let mut read = 0;
    while let Ok(Some(chunk)) = response.chunk().await {
        read += chunk.len();
        if read > MAX_ANSWER_BYTES {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(status: u16, retry_after: Option<&'static str>, expected: &str) {
        let mut headers = HeaderMap::new();
        headers.extend(retry_after.map(|value| (header::RETRY_AFTER, HeaderValue::from_static(value))));
        let verdict = verdict(StatusCode::from_u16(status).unwrap(), &headers, OffsetDateTime::UNIX_EPOCH);
        let words = match verdict {
            Ok(()) => "delivered".to_owned(),
            Err(Failure::Retryable { retry_after, .. }) => format!("retryable {retry_after:?}"),
            Err(Failure::Permanent { reason }) => format!("permanent {reason}"),
        };
        assert_eq!(words, expected, "{status}");
    }

    #[test]
    fn a_status_says_whether_another_attempt_can_help() {
        case(200, None, "delivered");
        case(204, None, "delivered");
        case(301, None, "permanent http_301");
        case(307, None, "permanent http_307");
        case(400, None, "permanent http_400");
        case(401, None, "permanent http_401");
        case(404, None, "permanent http_404");
        case(408, None, "retryable None");
        case(410, None, "permanent http_410");
        case(429, Some("7"), "retryable Some(7)");
        case(429, Some("-7"), "retryable None");
        case(500, None, "retryable None");
        case(503, Some("120"), "retryable Some(120)");
        case(599, None, "retryable None");
    }
}
