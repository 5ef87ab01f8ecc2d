//! The decision about a request: an authentic and valid request becomes an event on the queue, any other request a
//! [`Rejection`].

use std::num::NonZeroU8;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use hookline_aws::{GetSecret, SecretCache};
use hookline_event::{DedupKey, Event, Payload};
use hookline_signature::{Handshake, Headers, Request, Scheme, Verified, VerifyError};
use hookline_telemetry::{Segment, Trace};
use time::OffsetDateTime;
use time::format_description::well_known::Iso8601;
use time::format_description::well_known::iso8601::{Config, EncodedConfig, TimePrecision};
use uuid::Uuid;

use crate::config::{IntakeConfig, Source};
use crate::content_policy::ContentPolicy;
use crate::payload::StorePayload;
use crate::queue::SendEvent;
use crate::rejection::Rejection;

/// RFC 3339 with exactly three decimals, because the size of a message must not depend on the time.
const RFC3339_MILLISECONDS: EncodedConfig =
    Config::DEFAULT.set_time_precision(TimePrecision::Second { decimal_digits: NonZeroU8::new(3) }).encode();

/// The maximum number of secrets that are fetched at the start. Each is a call, and each call is billed.
const MAX_PREFETCHED_SECRETS: usize = 4;

/// The event type of a request that has no valid event type.
const DEFAULT_EVENT_TYPE: &str = "received";

/// Verifies requests and sends their events to the queue.
pub struct Intake<S, Q, P> {
    config: IntakeConfig,
    secrets: SecretCache<S>,
    queue: Q,
    payloads: P,
    /// The content types that `POST /events` accepts.
    events_policy: ContentPolicy,
}

/// A request with its body and query decoded.
pub(crate) struct RequestContent<'a> {
    pub(crate) headers: &'a Headers,
    pub(crate) url: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) now: OffsetDateTime,
    pub(crate) trace: Option<Trace>,
}

/// The outcome of an authentic request.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The queue has confirmed the event.
    Accepted {
        /// The event's id.
        event_id: String,
        /// The event's type.
        event_type: String,
        /// The time until the queue confirmed the message.
        queue_send_time: Duration,
    },
    /// The sender only checked that the endpoint exists. No event is queued.
    Handshake {
        /// The response that the sender expects.
        response: Handshake,
    },
}

impl<S: GetSecret, Q: SendEvent, P: StorePayload> Intake<S, Q, P> {
    /// Creates an intake. `payloads` stores the bodies that the queue cannot hold.
    pub fn new(config: IntakeConfig, secrets: SecretCache<S>, queue: Q, payloads: P) -> Self {
        Self { config, secrets, queue, payloads, events_policy: ContentPolicy::default() }
    }

    /// Fetches the secrets of the first sources before the first request. If a fetch fails, the first request of that
    /// source fetches the secret again. The number is limited, because one environment uses few of many sources.
    pub async fn prefetch_secrets(&self) {
        let names = self.config.sources.keys().take(MAX_PREFETCHED_SECRETS);
        join_all(names.map(|name| self.secrets.current(name))).await;
    }

    /// Returns the configured source.
    pub(crate) fn source(&self, name: &str) -> Result<&Source, Rejection> {
        self.config.sources.get(name).ok_or(Rejection::UnknownSource)
    }

    /// Accepts a request that is authenticated by its signature.
    pub(crate) async fn accept_webhook(
        &self,
        name: &str,
        source: &Source,
        content: RequestContent<'_>,
    ) -> Result<Outcome, Rejection> {
        let RequestContent { headers, url, query, body, .. } = &content;
        let request = Request { headers, body, url, query };
        let now = content.now.unix_timestamp();
        let verified = self.verify(name, &source.scheme, request, now, content.trace.as_ref()).await?;
        let content_type = source.content_policy.check(content.headers, &content.body)?;
        if let Some(response) = verified.handshake {
            return Ok(Outcome::Handshake { response });
        }
        let path = format!("/webhooks/{name}");
        let dedup_key = match &verified.signed_id {
            Some(id) => DedupKey::from_signed_id(&path, id),
            None => DedupKey::from_body(&path, &content.body),
        };
        let event_type = verified.event_type.filter(|event_type| is_valid_name(event_type));
        let event_type = event_type.unwrap_or_else(|| DEFAULT_EVENT_TYPE.to_owned());
        let id = verified.signed_id.or(verified.delivery_id).filter(|id| is_valid_name(id));
        self.enqueue(id, path, format!("{name}.{event_type}"), dedup_key, content_type, content).await
    }

    /// Accepts a request that is authenticated by the API's authorizer. The caller may set the event's id and type in
    /// the headers `Ce-Id` and `Ce-Type`, as in the binary mode of CloudEvents.
    pub(crate) async fn accept_event(
        &self,
        client_id: Option<&str>,
        content: RequestContent<'_>,
    ) -> Result<Outcome, Rejection> {
        const PATH: &str = "/events";
        let client_id = client_id.ok_or(Rejection::CallerMissing)?;
        let content_type = self.events_policy.check(content.headers, &content.body)?;
        if content.body.is_empty() {
            return Err(Rejection::EmptyBody);
        }
        let id = name_from_header(content.headers, "Ce-Id")?;
        let event_type = name_from_header(content.headers, "Ce-Type")?.unwrap_or_else(|| DEFAULT_EVENT_TYPE.to_owned());
        let dedup_key = match &id {
            Some(id) => DedupKey::from_signed_id(PATH, &format!("{client_id}/{id}")),
            None => DedupKey::from_body(PATH, &content.body),
        };
        self.enqueue(id, PATH.to_owned(), format!("events.{event_type}"), dedup_key, content_type, content).await
    }

    /// Verifies the signature. The secret may have been rotated or corrected after it was cached. Therefore a signature
    /// that matches no cached secret is verified once more with refreshed secrets.
    async fn verify(
        &self,
        name: &str,
        scheme: &Scheme,
        request: Request<'_>,
        now: i64,
        trace: Option<&Trace>,
    ) -> Result<Verified, Rejection> {
        let segment = Segment::begin(trace, "secret");
        let secrets = self.secrets.current(name).await;
        segment.end(secrets.is_err());
        let mut secrets = secrets?;
        // At most two rounds: `refresh` returns `None` directly after a refresh.
        loop {
            let segment = Segment::begin(trace, "signature");
            let result = scheme.verify(request, &secrets, now);
            segment.end(result.is_err());
            let mismatch = match result {
                Err(error @ (VerifyError::Mismatch { .. } | VerifyError::UnusableSecret { .. })) => error,
                result => return Ok(result?),
            };
            match self.secrets.refresh(name, &secrets).await? {
                Some(refreshed) => secrets = refreshed,
                None => return Err(mismatch.into()),
            }
        }
    }

    /// Sends the event to the queue.
    async fn enqueue(
        &self,
        id: Option<String>,
        source: String,
        event_type: String,
        dedup_key: DedupKey,
        content_type: Option<String>,
        content: RequestContent<'_>,
    ) -> Result<Outcome, Rejection> {
        let RequestContent { body, now, trace, .. } = content;
        // The parent segment of everything that happens to the event after this point.
        let segment = Segment::begin(trace.as_ref(), "queue");
        let event = Event {
            id: id.unwrap_or_else(|| Uuid::now_v7().to_string()),
            source,
            event_type,
            time: now.format(&Iso8601::<RFC3339_MILLISECONDS>).map_err(|_| Rejection::Internal)?,
            content_type,
            dedup_key,
            recorded_time: None,
            sender_source: None,
            content_encoding: None,
            traceparent: segment.trace().map(Trace::traceparent),
            hops: 0,
            data: body.into(),
        };
        let (event_id, event_type) = (event.id.clone(), event.event_type.clone());
        let message = self.render_message(event).await?;
        let sent_at = Instant::now();
        let confirmation = self.queue.send_event(&self.config.queue_url, message, segment.trace()).await;
        segment.end(confirmation.is_err());
        confirmation.map_err(Rejection::Queue)?;
        Ok(Outcome::Accepted { event_id, event_type, queue_send_time: sent_at.elapsed() })
    }

    /// Renders the event as a message. If the message is too long for the queue, the body is offloaded to the bucket.
    async fn render_message(&self, event: Event<Payload>) -> Result<String, Rejection> {
        let message = event.to_json().map_err(|_| Rejection::Internal)?;
        if message.len() <= self.config.max_event_bytes {
            return Ok(message);
        }
        let (event, payload) = event.replace_data(());
        let offloaded = match payload {
            Payload::Inline(body) => self.payloads.store_payload(body).await.map_err(Rejection::PayloadStore)?,
            offloaded @ Payload::Offloaded { .. } => offloaded,
        };
        event.replace_data(offloaded).0.to_json().map_err(|_| Rejection::Internal)
    }
}

/// Returns the event id or type in a header. An invalid value is an error, because the caller is authenticated.
fn name_from_header(headers: &Headers, header: &'static str) -> Result<Option<String>, Rejection> {
    match headers.first(header) {
        None => Ok(None),
        Some(name) if is_valid_name(name) => Ok(Some(name.to_owned())),
        Some(_) => Err(Rejection::InvalidHeader { header }),
    }
}

/// Whether a text is a valid event id or type: short and of plain characters. Both are written to headers and logs.
fn is_valid_name(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
}
