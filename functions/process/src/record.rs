//! One message: what it says, what came of it, and what happens to it next.

use std::fmt::Display;
use std::time::Duration;

use futures_util::future::join_all;
use hookline_event::{Event, Payload, ReadError};
use hookline_telemetry::{Context, Level, Line, Metric, Tally, Trace};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

use crate::backoff::ChangeVisibility;
use crate::claim::Claims;
use crate::config::QueueConfig;
use crate::dead_letter::{DeadLetter, SendDeadLetter};
use crate::delivery::{Attempt, Delivery};
use crate::destination::Turn;
use crate::drill;
use crate::message::Message;
use crate::once::{Effect, Once};
use crate::payload::{FetchError, FetchPayload};
use crate::reason::Reason;

/// What the queue is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The message is done with: delivered, or in the dead-letter queue.
    Acknowledge,
    /// The message is to come again.
    Retry,
}

/// A message with what is needed to decide on it.
pub(crate) struct Record<'a, Q, C, P> {
    pub(crate) message: &'a Message<'a>,
    pub(crate) delivery: &'a Delivery,
    pub(crate) config: &'a QueueConfig,
    pub(crate) queue: &'a Q,
    pub(crate) once: &'a Once<C>,
    pub(crate) payloads: &'a P,
    pub(crate) kept_at_once: &'a Semaphore,
    pub(crate) tally: &'a Tally,
}

/// What a message says.
pub(crate) fn read(message: &Message<'_>) -> Result<Event<Payload>, ReadError> {
    Event::from_json(message.body())
}

/// What each line about it says.
pub(crate) fn told(
    message: &Message<'_>,
    event: Option<&Event<Payload>>,
    trace: Option<&Trace>,
    batch: Context,
) -> Context {
    let told = Context { attempt: Some(message.receives()), ..batch };
    let Some(event) = event else { return told };
    Context {
        event_id: event.id.clone(),
        source: event.source_name().to_owned(),
        event_type: event.event_type.clone(),
        trace_id: trace.map(|trace| trace.id().to_owned()).unwrap_or_default(),
        ..told
    }
}

/// The batch's time is over.
pub(crate) fn out_of_time() -> Verdict {
    Line::new(Level::Warn, "out_of_time").write(&[]);
    Verdict::Retry
}

impl<Q: ChangeVisibility + SendDeadLetter, C: Claims, P: FetchPayload> Record<'_, Q, C, P> {
    pub(crate) async fn process(
        &self,
        event: Result<Event<Payload>, ReadError>,
        trace: Option<Trace>,
        time: Duration,
    ) -> Verdict {
        if time.is_zero() {
            return out_of_time();
        }
        let event = match event {
            Ok(event) => event,
            Err(error) => {
                let unreadable = Attempt::at_none(Reason::UnreadableEvent, Duration::ZERO);
                return self.dead_letter(&unreadable, Some(format!("message {}: {error}", self.message.id()))).await;
            }
        };
        drill::panic_if_asked(&event.event_type);
        let (event, payload) = event.replace(());
        let accepted_at = OffsetDateTime::parse(&event.time, &Rfc3339).ok();
        let attempts = self.attempt(event, payload, Turn { time, trace: trace.as_ref() }).await;
        if attempts.is_empty() {
            Line::new(Level::Info, "filtered_out").write(&[]);
        }
        let retry_in = self.retry_in(&attempts);
        attempts.iter().for_each(|attempt| tell(attempt, accepted_at, retry_in, self.tally));
        match retry_in {
            Some(seconds) => self.retry(seconds).await,
            None => self.give_up(&attempts).await,
        }
    }

    /// One attempt at each destination, once the payload is here: routes and destinations need it.
    async fn attempt(&self, event: Event<()>, payload: Payload, turn: Turn<'_>) -> Vec<Attempt> {
        let started = Instant::now();
        // Held until the last delivery is over.
        let (bytes, _room) = match payload {
            Payload::Inline(bytes) => (Ok(bytes), None),
            Payload::Kept { uri } => {
                let fetch = async {
                    let room = self.kept_at_once.acquire().await.ok();
                    (self.payloads.fetch_payload(&uri).await, room)
                };
                let late =
                    |_| (Err(FetchError::Unavailable { uri: uri.clone(), detail: "out of time".to_owned() }), None);
                timeout(turn.time, fetch).await.unwrap_or_else(late)
            }
        };
        match bytes {
            Ok(bytes) => {
                let time = turn.time.saturating_sub(started.elapsed());
                self.delivery.deliver(&event.replace(bytes).0, Turn { time, ..turn }, self.once).await
            }
            Err(error) => {
                Line { detail: Some(&error), ..Line::new(Level::Warn, "no_payload") }.write(&[]);
                vec![Attempt::at_none(Reason::from(&error), started.elapsed())]
            }
        }
    }

    /// Seconds until the next attempt, if one can help and the queue has a receive left for it.
    fn retry_in(&self, attempts: &[Attempt]) -> Option<u32> {
        let failures = attempts.iter().filter_map(|attempt| attempt.result.as_ref().err());
        let asked = failures.filter(|failure| failure.reason.passes()).map(|failure| failure.retry_after).max();
        let receives = self.message.receives();
        let asked = asked.filter(|_| receives < self.config.max_receive_count)?;
        Some(self.config.backoff.delay(receives, asked, |bound| fastrand::u32(0..=bound)))
    }

    async fn retry(&self, seconds: u32) -> Verdict {
        let handle = self.message.receipt_handle();
        if let Err(error) = self.queue.change_visibility(&self.config.queue_url, handle, seconds).await {
            // It comes again all the same, when the queue's own visibility timeout is over.
            Line { detail: Some(&error), ..Line::new(Level::Warn, "retry_not_scheduled") }.write(&[]);
        }
        Verdict::Retry
    }

    async fn give_up(&self, attempts: &[Attempt]) -> Verdict {
        let failed = attempts.iter().filter(|attempt| attempt.result.is_err());
        let letters = failed.map(|attempt| self.dead_letter(attempt, None));
        let all_confirmed = join_all(letters).await.iter().all(|verdict| *verdict == Verdict::Acknowledge);
        if all_confirmed { Verdict::Acknowledge } else { Verdict::Retry }
    }

    /// Acknowledges only what the dead-letter queue has confirmed.
    async fn dead_letter(&self, attempt: &Attempt, detail: Option<String>) -> Verdict {
        let Attempt { destination, kind, took, result } = attempt;
        let reason = result.as_ref().err().map(|failure| failure.reason.word()).unwrap_or_default();
        let (message, first_seen, attempts) = (self.message.body(), self.message.first_seen(), self.message.receives());
        let letter = DeadLetter { message, reason: &reason, destination, attempts, first_seen };
        let sent = self.queue.send_dead_letter(&self.config.dlq_url, letter).await;
        let line =
            Line { level: Level::Error, destination, kind, reason: &reason, duration: Some(*took), ..Line::default() };
        let failed = (Metric::DeliveryFailed, 1.0);
        match sent {
            Ok(()) => {
                let detail = detail.as_ref().map(|detail| detail as &dyn Display);
                let line = Line { outcome: "dead_lettered", detail, ..line };
                line.write(&[failed, (Metric::DeadLettered, 1.0)]);
                Verdict::Acknowledge
            }
            Err(error) => {
                Line { outcome: "not_dead_lettered", detail: Some(&error), ..line }.write(&[failed]);
                Verdict::Retry
            }
        }
    }
}

/// One line for each destination; of what is given up the dead letter's line tells, and what is delivered is counted for the
/// whole batch.
fn tell(attempt: &Attempt, accepted_at: Option<OffsetDateTime>, retry_in: Option<u32>, tally: &Tally) {
    let Attempt { destination, kind, took, result } = attempt;
    let age = accepted_at.and_then(|at| Duration::try_from(OffsetDateTime::now_utc() - at).ok());
    let line = Line { destination, kind, duration: Some(*took), ..Line::default() };
    match (result, retry_in) {
        (Ok(Effect::Delivered), _) => {
            tally.delivered(kind, age);
            Line { level: Level::Info, outcome: "delivered", age, ..line }.write(&[]);
        }
        (Ok(Effect::AlreadyDelivered), _) => {
            Line { level: Level::Info, outcome: "already_delivered", ..line }.write(&[]);
        }
        (Err(failure), Some(_)) => {
            let reason = &failure.reason.word();
            let line = Line { level: Level::Warn, outcome: "failed", reason, retry_in_seconds: retry_in, ..line };
            line.write(&[(Metric::DeliveryFailed, 1.0), (Metric::Retries, 1.0)]);
        }
        (Err(_), None) => {}
    }
}

/// Ingest's, as the event says; of an event that does not, what the queue was told.
pub(crate) fn trace(message: &Message<'_>, event: &Event<Payload>) -> Option<Trace> {
    let own = event.traceparent.as_deref().and_then(Trace::from_traceparent);
    own.or_else(|| message.trace_header().and_then(Trace::from_header))
}
