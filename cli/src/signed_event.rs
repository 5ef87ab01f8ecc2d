//! Signed example events, as a sender would send them to an endpoint.

use anyhow::Result;
use hookline_senders::SenderScheme;
use hookline_signature::{Message, Secret};
use url::form_urlencoded;

use crate::example_event::ExampleEvent;
use crate::source_scheme::SourceScheme;

/// Where an event is sent.
pub(crate) struct Endpoint {
    /// The URL with its query.
    pub(crate) url: String,
    /// How the endpoint verifies requests.
    pub(crate) scheme: SourceScheme,
    /// The sender's secret.
    pub(crate) secret: Secret,
}

/// A request that is ready to be sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SignedEvent {
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl SignedEvent {
    /// Signs an example event of a sender for an endpoint. `id` makes the event unique.
    pub(crate) fn new(sender: &SenderScheme, endpoint: &Endpoint, id: &str, now: i64) -> Result<Self> {
        let ExampleEvent { headers, query, body, is_form } = ExampleEvent::new(sender, id);
        let (base, received) = endpoint.url.split_once('?').unwrap_or((&endpoint.url, ""));
        let complete = |query: String| if query.is_empty() { base.to_owned() } else { format!("{base}?{query}") };
        let url = complete(with_parameters(received, &query));
        let message = Message { body: &body, now, id, url: &url, is_form, headers: &headers };
        let signed = endpoint.scheme.sign(message, &endpoint.secret)?;
        let parameters: Vec<_> = query.iter().chain(&signed.query).cloned().collect();
        let is_replaced = |name: &str| signed.headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name));
        let kept = headers.iter().filter(|(name, _)| !is_replaced(name)).cloned();
        Ok(Self {
            url: complete(with_parameters(received, &parameters)),
            headers: kept.chain(signed.headers.clone()).collect(),
            body: signed.body.unwrap_or(body),
        })
    }
}

/// Appends parameters to a query.
pub(crate) fn with_parameters(query: &str, parameters: &[(String, String)]) -> String {
    let added = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    let parts: Vec<_> = [query, &*added].into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("&")
}

#[cfg(test)]
mod tests;
