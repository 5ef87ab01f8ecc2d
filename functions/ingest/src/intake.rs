//! Decides: what is authentic and whole becomes an event on the queue, everything else a [`Rejection`].

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

use crate::accept::Acceptance;
use crate::config::{IntakeConfig, Source};
use crate::payload::StorePayload;
use crate::queue::SendEvent;
use crate::rejection::Rejection;

/// RFC 3339 with three decimals, always: a message's size must not depend on the moment.
const MILLISECONDS: EncodedConfig =
    Config::DEFAULT.set_time_precision(TimePrecision::Second { decimal_digits: NonZeroU8::new(3) }).encode();

/// Sources whose secrets are fetched at the start: each is a call, which is paid for.
const PREPARED: usize = 4;

/// Takes requests in.
pub struct Intake<S, Q, P> {
    config: IntakeConfig,
    secrets: SecretCache<S>,
    queue: Q,
    payloads: P,
    /// What `POST /events` may carry.
    events: Acceptance,
}

/// A request's content, already decoded.
pub(crate) struct Content<'a> {
    pub(crate) headers: &'a Headers,
    pub(crate) url: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) now: OffsetDateTime,
    pub(crate) trace: Option<Trace>,
}

/// What became of an authentic request.
#[derive(Debug, PartialEq, Eq)]
pub enum Receipt {
    /// The queue has confirmed.
    Queued {
        /// The event's id.
        event_id: String,
        /// The event's type.
        event_type: String,
        /// How long the queue took to confirm.
        confirmed_after: Duration,
    },
    /// The sender only asked whether somebody is here; nothing is queued.
    Handshake {
        /// What it wants to hear.
        answer: Handshake,
    },
}

impl<S: GetSecret, Q: SendEvent, P: StorePayload> Intake<S, Q, P> {
    /// Over the secrets of a store, a queue, and a place for what the queue cannot hold.
    pub fn new(config: IntakeConfig, secrets: SecretCache<S>, queue: Q, payloads: P) -> Self {
        Self { config, secrets, queue, payloads, events: Acceptance::default() }
    }

    /// Has the secrets of the first sources fetched before there is an event; one that cannot be had is looked up again when
    /// it is needed. With many sources most would be fetched in vain.
    pub async fn prepare(&self) {
        let names = self.config.sources.keys().take(PREPARED);
        join_all(names.map(|name| self.secrets.current(name))).await;
    }

    pub(crate) fn source(&self, name: &str) -> Result<&Source, Rejection> {
        self.config.sources.get(name).ok_or(Rejection::UnknownSource)
    }

    /// A request that its source's signature authenticates.
    pub(crate) async fn webhook(
        &self,
        name: &str,
        source: &Source,
        content: Content<'_>,
    ) -> Result<Receipt, Rejection> {
        let Content { headers, url, query, body, .. } = &content;
        let request = Request { headers, body, url, query };
        let now = content.now.unix_timestamp();
        let verified = self.verify(name, &source.scheme, request, now, content.trace.as_ref()).await?;
        let content_type = source.acceptance.check(content.headers, &content.body)?;
        if let Some(answer) = verified.handshake {
            return Ok(Receipt::Handshake { answer });
        }
        let path = format!("/webhooks/{name}");
        let dedup_key = match &verified.signed_id {
            Some(id) => DedupKey::from_signed_id(&path, id),
            None => DedupKey::from_body(&path, &content.body),
        };
        let kind = verified.event_type.filter(|kind| is_name(kind)).unwrap_or_else(|| "received".to_owned());
        let id = verified.signed_id.or(verified.delivery_id).filter(|id| is_name(id));
        self.enqueue(id, path, format!("{name}.{kind}"), dedup_key, content_type, content).await
    }

    /// A request that the API's authorizer has authenticated; the caller may name its event as CloudEvents' binary mode
    /// does, in `Ce-Id` and `Ce-Type`.
    pub(crate) async fn event(&self, client_id: Option<&str>, content: Content<'_>) -> Result<Receipt, Rejection> {
        const PATH: &str = "/events";
        let client_id = client_id.ok_or(Rejection::NoCaller)?;
        let content_type = self.events.check(content.headers, &content.body)?;
        if content.body.is_empty() {
            return Err(Rejection::EmptyBody);
        }
        let id = name_of(content.headers, "Ce-Id")?;
        let kind = name_of(content.headers, "Ce-Type")?.unwrap_or_else(|| "received".to_owned());
        let dedup_key = match &id {
            Some(id) => DedupKey::from_signed_id(PATH, &format!("{client_id}/{id}")),
            None => DedupKey::from_body(PATH, &content.body),
        };
        self.enqueue(id, PATH.to_owned(), format!("events.{kind}"), dedup_key, content_type, content).await
    }

    /// A secret may have been rotated or mended since it was fetched: a signature that matches none is looked at once
    /// more.
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
        // Twice at the most: whoever has just looked does not look again.
        loop {
            let segment = Segment::begin(trace, "signature");
            let verdict = scheme.verify(request, &secrets, now);
            segment.end(verdict.is_err());
            let mismatch = match verdict {
                Err(error @ (VerifyError::Mismatch { .. } | VerifyError::UnusableSecret { .. })) => error,
                verdict => return Ok(verdict?),
            };
            match self.secrets.refresh(name, &secrets).await? {
                Some(others) => secrets = others,
                None => return Err(mismatch.into()),
            }
        }
    }

    async fn enqueue(
        &self,
        id: Option<String>,
        source: String,
        event_type: String,
        dedup_key: DedupKey,
        content_type: Option<String>,
        content: Content<'_>,
    ) -> Result<Receipt, Rejection> {
        let Content { body, now, trace, .. } = content;
        // Whatever happens to the event from here on belongs below its stay in the queue.
        let segment = Segment::begin(trace.as_ref(), "queue");
        let event = Event {
            id: id.unwrap_or_else(|| Uuid::now_v7().to_string()),
            source,
            event_type,
            time: now.format(&Iso8601::<MILLISECONDS>).map_err(|_| Rejection::Internal)?,
            content_type,
            dedup_key,
            traceparent: segment.trace().map(Trace::traceparent),
            data: body.into(),
        };
        let (event_id, event_type) = (event.id.clone(), event.event_type.clone());
        let message = self.message(event).await?;
        let sent_at = Instant::now();
        let sent = self.queue.send_event(&self.config.queue_url, message, segment.trace()).await;
        segment.end(sent.is_err());
        sent.map_err(Rejection::Queue)?;
        Ok(Receipt::Queued { event_id, event_type, confirmed_after: sent_at.elapsed() })
    }

    /// The event itself, or one whose body is in the bucket because the queue could not hold it.
    async fn message(&self, event: Event<Payload>) -> Result<String, Rejection> {
        let whole = event.to_json().map_err(|_| Rejection::Internal)?;
        if whole.len() <= self.config.max_event_bytes {
            return Ok(whole);
        }
        let (event, payload) = event.replace(());
        let kept = match payload {
            Payload::Inline(body) => self.payloads.store_payload(body).await.map_err(Rejection::PayloadStore)?,
            kept @ Payload::Kept { .. } => kept,
        };
        event.replace(kept).0.to_json().map_err(|_| Rejection::Internal)
    }
}

/// An authenticated caller is told when its names cannot be used.
fn name_of(headers: &Headers, header: &'static str) -> Result<Option<String>, Rejection> {
    match headers.first(header) {
        None => Ok(None),
        Some(name) if is_name(name) => Ok(Some(name.to_owned())),
        Some(_) => Err(Rejection::BadHeader { header }),
    }
}

/// Ids and types go into headers, logs and metrics: a short word of plain characters, or not at all.
fn is_name(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
}
