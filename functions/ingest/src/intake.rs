//! The decision about a request: an authentic and valid request becomes an event on the queue, any other request a
//! [`Rejection`].

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use hookline_aws::{GetSecret, SecretCache};
use hookline_event::{DataHash, DedupKey, Event, ForwardedHeaders, Payload, SenderHeaders};
use hookline_senders::{EventResponse, Handshake, HandshakeResponse};
use hookline_signature::{Headers, Request, Secret, VerifyError};
use hookline_telemetry::{Segment, Trace};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::accepted_event::AcceptedEvent;
use crate::cloud_event::CloudEvent;
use crate::config::{IntakeConfig, Source};
use crate::event_names::{UNKNOWN_TYPE, usable_id, usable_type};
use crate::event_time;
use crate::forwarded::{log_omitted, sender_headers};
use crate::hops::hops;
use crate::payload::StorePayload;
use crate::queue::SendEvent;
use crate::rejection::Rejection;

/// The maximum number of secrets that are fetched at the start. Each is a call, and each call is billed.
const MAX_PREFETCHED_SECRETS: usize = 4;

/// The limit of the time in which secrets are fetched before the first request, a little more than one call may take.
const PREFETCH_TIMEOUT: Duration = Duration::from_millis(1300);

/// The maximum number of verifications of a request: with the cached secrets, with refreshed ones, and once more if a
/// secret was rotated meanwhile.
const MAX_VERIFICATIONS: usize = 3;

/// Verifies requests and sends their events to the queue.
pub struct Intake<S, Q, P> {
    config: IntakeConfig,
    secrets: SecretCache<S>,
    queue: Q,
    payloads: P,
}

/// A request with its body and query decoded.
pub(crate) struct RequestContent<'a> {
    pub(crate) method: &'a str,
    pub(crate) headers: &'a Headers,
    pub(crate) url: String,
    pub(crate) query: Vec<(String, String)>,
    /// The query as the sender wrote it.
    pub(crate) raw_query: String,
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
        /// Whether the sender declares a type.
        has_type: bool,
        /// The time until the queue confirmed the message.
        queue_send_time: Duration,
        /// The response that the sender expects, instead of 202.
        response: Option<EventResponse>,
    },
    /// The sender only checked that the endpoint exists. No event is queued.
    Handshake {
        /// The response that the sender expects.
        response: HandshakeResponse,
    },
}

impl<S: GetSecret, Q: SendEvent, P: StorePayload> Intake<S, Q, P> {
    /// Creates an intake. `payloads` stores the bodies that the queue cannot hold.
    pub fn new(config: IntakeConfig, secrets: SecretCache<S>, queue: Q, payloads: P) -> Self {
        Self { config, secrets, queue, payloads }
    }

    /// Fetches the secrets of the first sources before the first request. If a fetch fails, the first request of that
    /// source fetches the secret again. The number is limited, because one environment uses few of many sources.
    pub async fn prefetch_secrets(&self) {
        let names = self.config.sources.keys().take(MAX_PREFETCHED_SECRETS);
        let fetched = join_all(names.map(|name| self.secrets.current(name)));
        // The first request waits for the end of this phase, and its sender does not wait long.
        let _ = tokio::time::timeout(PREFETCH_TIMEOUT, fetched).await;
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
        let RequestContent { method, headers, url, query, raw_query, body, .. } = &content;
        let request = Request { method, headers, body, url, query, raw_query };
        let handshake = source.scheme.handshake(request);
        if let Some(handshake) = handshake.filter(|handshake| !handshake.is_signed()) {
            return self.respond(name, source, handshake, request, content.trace.as_ref()).await;
        }
        if *method != "POST" {
            let is_known = source.scheme.handshakes().iter().any(|handshake| handshake.method() == *method);
            return Err(if is_known { Rejection::UnknownHandshake } else { Rejection::UnknownSource });
        }
        let now = content.now.unix_timestamp();
        let verify = |secrets: &[Secret]| source.scheme.verify(request, secrets, now);
        let verified = self.with_secrets(name, content.trace.as_ref(), verify).await?;
        let labels = source.content_policy.check(content.headers, &content.body)?;
        if let Some(handshake) = handshake {
            return self.respond(name, source, handshake, request, content.trace.as_ref()).await;
        }
        let (path, request_id) = (format!("/webhooks/{name}"), Uuid::now_v7().to_string());
        let key = source.deduplicate.key(&path, &source.scheme, &verified, &content.body, &request_id);
        let (dedup_key, data_hash) = key;
        let event_type = usable_type(verified.event_type.as_deref());
        let id = verified.signed_id.or(verified.delivery_id).and_then(usable_id);
        let (forwarded, omitted) = source.forward_headers.collect(content.headers);
        let is_copied = self.config.copies_headers;
        let sender_headers = sender_headers(is_copied, &source.scheme, content.headers);
        let event = AcceptedEvent {
            id: id.unwrap_or_else(|| request_id.clone()),
            request_id,
            type_prefix: name,
            event_type,
            path,
            dedup_key,
            data_hash,
            content_type: labels.content_type,
            content_encoding: labels.content_encoding,
            time: None,
            sender_source: None,
            forwarded,
            sender_headers,
        };
        let response = source.scheme.response().cloned();
        let outcome = self.enqueue(event, content, response).await?;
        log_omitted(&omitted);
        Ok(outcome)
    }

    /// Responds to a handshake. The queue and, for most senders, the secret are not needed.
    async fn respond(
        &self,
        name: &str,
        source: &Source,
        handshake: &Handshake,
        request: Request<'_>,
        trace: Option<&Trace>,
    ) -> Result<Outcome, Rejection> {
        let respond = |secrets: &[Secret]| source.scheme.respond(handshake, request, secrets);
        if !handshake.needs_secret() {
            return Ok(Outcome::Handshake { response: respond(&[])? });
        }
        Ok(Outcome::Handshake { response: self.with_secrets(name, trace, respond).await? })
    }

    /// Accepts a request that is authenticated by the API's authorizer. Its body is a CloudEvent.
    pub(crate) async fn accept_event(
        &self,
        client_id: Option<&str>,
        mut content: RequestContent<'_>,
    ) -> Result<Outcome, Rejection> {
        const PATH: &str = "/events";
        let client_id = client_id.ok_or(Rejection::CallerMissing)?;
        let mut caller_event = CloudEvent::read(content.headers, &content.body)?;
        if let Some(data) = caller_event.data.take() {
            content.body = data;
        }
        if content.body.is_empty() {
            return Err(Rejection::EmptyBody);
        }
        let request_id = Uuid::now_v7().to_string();
        let (dedup_key, data_hash) = match &caller_event.id {
            Some(id) => {
                let key = DedupKey::from_signed_id(PATH, &format!("{client_id}/{id}"));
                (key, Some(DataHash::new(&content.body)))
            }
            None => (DedupKey::from_request_id(PATH, &request_id), None),
        };
        let event = AcceptedEvent {
            id: caller_event.id.unwrap_or_else(|| request_id.clone()),
            request_id,
            type_prefix: "events",
            event_type: usable_type(caller_event.event_type.as_deref()),
            path: PATH.to_owned(),
            dedup_key,
            data_hash,
            time: caller_event.time,
            sender_source: caller_event.source,
            content_type: caller_event.content_type,
            content_encoding: caller_event.content_encoding,
            // The headers of a caller with a token are not forwarded: the event is the caller's complete message.
            forwarded: ForwardedHeaders::default(),
            sender_headers: SenderHeaders::default(),
        };
        self.enqueue(event, content, None).await
    }

    /// Calls a function with the source's secrets, such as a verification. The secret may have been rotated or corrected after it was cached. Therefore a signature
    /// that matches no cached secret is verified again with refreshed secrets.
    async fn with_secrets<T>(
        &self,
        name: &str,
        trace: Option<&Trace>,
        call: impl Fn(&[Secret]) -> Result<T, VerifyError>,
    ) -> Result<T, Rejection> {
        let segment = Segment::begin(trace, "secret");
        let secrets = self.secrets.current(name).await;
        segment.end(secrets.is_err());
        let mut secrets = secrets?;
        for _ in 0..MAX_VERIFICATIONS {
            let segment = Segment::begin(trace, "signature");
            let result = call(&secrets);
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
        Err(VerifyError::Mismatch { secrets: secrets.len() }.into())
    }

    /// Sends the event to the queue.
    async fn enqueue(
        &self,
        accepted: AcceptedEvent<'_>,
        content: RequestContent<'_>,
        response: Option<EventResponse>,
    ) -> Result<Outcome, Rejection> {
        let RequestContent { headers, body, now, trace, .. } = content;
        // The parent segment of everything that happens to the event later.
        let segment = Segment::begin(trace.as_ref(), "queue");
        let has_type = accepted.event_type.is_some();
        let now = event_time::format(now).ok_or(Rejection::Internal)?;
        let recorded_time = accepted.time.is_some().then(|| now.clone());
        let event = Event {
            id: accepted.id,
            source: accepted.path,
            event_type: format!("{}.{}", accepted.type_prefix, accepted.event_type.as_deref().unwrap_or(UNKNOWN_TYPE)),
            time: accepted.time.unwrap_or(now),
            recorded_time,
            sender_source: accepted.sender_source,
            request_id: Some(accepted.request_id),
            content_type: accepted.content_type,
            content_encoding: accepted.content_encoding,
            dedup_key: accepted.dedup_key,
            data_hash: accepted.data_hash,
            traceparent: segment.trace().map(Trace::traceparent),
            hops: hops(headers),
            forwarded: accepted.forwarded,
            payload_uri: None,
            replay: None,
            data: body.into(),
        };
        let (event_id, event_type) = (event.id.clone(), event.event_type.clone());
        let message = self.render_message(event, &accepted.sender_headers).await?;
        let sent_at = Instant::now();
        let confirmation = self.queue.send_event(&self.config.queue_url, message, segment.trace()).await;
        segment.end(confirmation.is_err());
        confirmation.map_err(Rejection::Queue)?;
        Ok(Outcome::Accepted { event_id, event_type, has_type, queue_send_time: sent_at.elapsed(), response })
    }

    /// Renders the event as a message. If the message is too long for the queue, the body is offloaded to the bucket.
    async fn render_message(&self, event: Event<Payload>, headers: &SenderHeaders) -> Result<String, Rejection> {
        let render = |event: &Event<Payload>| {
            let mut message = event.to_json()?;
            headers.add_to(&mut message)?;
            Ok(message)
        };
        let internal = |_: serde_json::Error| Rejection::Internal;
        let message = render(&event).map_err(internal)?;
        if message.len() <= self.config.max_event_bytes {
            return Ok(message);
        }
        let (event, payload) = event.replace_data(());
        let offloaded = match payload {
            Payload::Inline(body) => self.payloads.store_payload(body).await.map_err(Rejection::PayloadStore)?,
            offloaded @ Payload::Offloaded { .. } => offloaded,
        };
        render(&event.replace_data(offloaded).0).map_err(internal)
    }
}
