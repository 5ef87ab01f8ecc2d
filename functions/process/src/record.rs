//! One message of a batch: its event, its context for logs and traces, and what came of its deliveries.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use aws_lambda_events::sqs::SqsMessage;
use futures_util::FutureExt as _;
use hookline_event::{Event, Payload, ReadError};
use hookline_telemetry::{Context, Level, Line, Metric, BatchSummary, Trace, with_context};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::destinations::Failure;
use crate::idempotency::Effect;
use crate::reason::Reason;

/// What the queue is to do with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Delete it: it was delivered, filtered out, or is in the dead-letter queue.
    Acknowledge,
    /// Have it received again.
    Retry,
}

/// A message, and what came of it so far.
pub(crate) struct Record {
    pub(crate) message: SqsMessage,
    /// The event, without its payload, or why there is none.
    pub(crate) event: Result<Event<()>, ReadError>,
    /// The payload, or where it is; `None` once it was taken.
    payload: Cell<Option<Payload>>,
    pub(crate) trace: Option<Trace>,
    /// The part that all its log lines have in common.
    context: Context,
    /// Its attempts, one per destination.
    pub(crate) attempts: RefCell<Vec<Attempted>>,
    /// Whether a step of it has panicked.
    has_panicked: Cell<bool>,
    /// `None` until it is decided; stays so after a panic.
    verdict: Cell<Option<Verdict>>,
}

/// An attempt that has ended.
pub(crate) struct Attempted {
    /// The destination's name; empty if the event came to none.
    pub(crate) destination: String,
    /// The destination's kind; `none` if the event came to none.
    pub(crate) kind: &'static str,
    pub(crate) result: Result<Effect, Failure>,
    /// How long it took.
    pub(crate) took: Duration,
    /// When it ended.
    pub(crate) at: OffsetDateTime,
}

impl Attempted {
    /// A failure before any destination.
    pub(crate) fn at_none(reason: Reason, took: Duration) -> Self {
        let at = OffsetDateTime::now_utc();
        Self { destination: String::new(), kind: "none", result: Err(reason.into()), took, at }
    }
}

impl Record {
    /// Reads a message. One that is no event is a record all the same: it goes to the dead-letter queue.
    pub(crate) fn parse(message: SqsMessage, batch: &Context) -> Self {
        let read = Event::from_json(message.body.as_deref().unwrap_or_default());
        let (event, payload) = match read.map(|event| event.replace_data(())) {
            Ok((event, payload)) => (Ok(event), Some(payload)),
            Err(error) => (Err(error), None),
        };
        let trace = event.as_ref().ok().and_then(|event| trace(&message, event));
        let context = Context { attempt: Some(receives(&message)), ..batch.clone() };
        let context = match &event {
            Err(_) => context,
            Ok(event) => Context {
                event_id: event.id.clone(),
                source: event.source_name().to_owned(),
                event_type: event.event_type.clone(),
                trace_id: trace.as_ref().map(|trace| trace.id().to_owned()).unwrap_or_default(),
                ..context
            },
        };
        let (payload, attempts) = (Cell::new(payload), RefCell::default());
        let (has_panicked, verdict) = (Cell::default(), Cell::default());
        Self { message, event, payload, trace, context, attempts, has_panicked, verdict }
    }

    /// Runs a step of this record alone: its log lines carry the context, and a panic leaves the other records alone.
    /// `None` after a panic.
    pub(crate) async fn isolated<T>(&self, step: impl Future<Output = T>) -> Option<T> {
        // Nothing that records share is left half done: caches and pools are changed in one go.
        let result = with_context(self.context.clone(), AssertUnwindSafe(step).catch_unwind()).await;
        self.has_panicked.set(self.has_panicked.get() || result.is_err());
        result.ok()
    }

    /// Whether a step has panicked: the message is received again, whatever became of its other deliveries.
    pub(crate) fn has_panicked(&self) -> bool {
        self.has_panicked.get()
    }

    /// Takes the payload out of the record.
    pub(crate) fn take_payload(&self) -> Option<Payload> {
        self.payload.take()
    }

    /// Whether the payload is in the payload store.
    pub(crate) fn is_offloaded(&self) -> bool {
        let payload = self.payload.take();
        let is_offloaded = matches!(payload, Some(Payload::Offloaded { .. }));
        self.payload.set(payload);
        is_offloaded
    }

    /// What the message is reported by. An empty identifier has the whole batch received again.
    pub(crate) fn id(&self) -> &str {
        self.message.message_id.as_deref().unwrap_or_default()
    }

    /// The event as ingest wrote it.
    pub(crate) fn body(&self) -> &str {
        self.message.body.as_deref().unwrap_or_default()
    }

    /// How often it was received, this time included.
    pub(crate) fn receives(&self) -> u32 {
        receives(&self.message)
    }

    /// When it was first sent to the queue, in milliseconds since 1970; empty if the queue does not say.
    pub(crate) fn first_seen(&self) -> &str {
        self.message.attributes.get("SentTimestamp").map(String::as_str).unwrap_or_default()
    }

    /// Adds an attempt that has ended, in the order of the destinations' names.
    pub(crate) fn attempted(&self, attempted: Attempted) {
        let mut attempts = self.attempts.borrow_mut();
        let position = attempts.partition_point(|it| it.destination < attempted.destination);
        attempts.insert(position, attempted);
    }

    pub(crate) fn decide(&self, verdict: Verdict) {
        self.verdict.set(Some(verdict));
    }

    pub(crate) fn verdict(&self) -> Option<Verdict> {
        self.verdict.get()
    }

    /// One line per destination. A failure that is given up is logged with its dead-letter message; deliveries are counted
    /// for the whole batch.
    pub(crate) fn log(&self, retry_in: Option<u32>, summary: &BatchSummary) {
        let accepted = self.event.as_ref().ok().and_then(|event| OffsetDateTime::parse(&event.time, &Rfc3339).ok());
        for Attempted { destination, kind, result, took, at } in &*self.attempts.borrow() {
            let line = Line { destination, kind, duration: Some(*took), ..Line::default() };
            match (result, retry_in) {
                (Ok(Effect::Delivered), _) => {
                    let age = accepted.and_then(|accepted| Duration::try_from(*at - accepted).ok());
                    summary.add_delivery(kind, age);
                    Line { level: Level::Info, outcome: "delivered", age, ..line }.write(&[]);
                }
                (Ok(Effect::AlreadyDelivered), _) => {
                    Line { level: Level::Info, outcome: "already_delivered", ..line }.write(&[]);
                }
                (Err(failure), Some(_)) => {
                    let reason = &failure.reason.code();
                    let line =
                        Line { level: Level::Warn, outcome: "failed", reason, retry_in_seconds: retry_in, ..line };
                    line.write(&[(Metric::DeliveryFailed, 1.0), (Metric::Retries, 1.0)]);
                }
                (Err(_), None) => {}
            }
        }
    }
}

fn receives(message: &SqsMessage) -> u32 {
    message.attributes.get("ApproximateReceiveCount").and_then(|count| count.parse().ok()).unwrap_or(1)
}

/// Ingest's, as the event has it; else the message's own.
fn trace(message: &SqsMessage, event: &Event<()>) -> Option<Trace> {
    let own = event.traceparent.as_deref().and_then(Trace::from_traceparent);
    own.or_else(|| message.attributes.get("AWSTraceHeader").and_then(|header| Trace::from_header(header)))
}
