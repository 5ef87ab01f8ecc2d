//! One record of a batch: its event, its context for logs and traces, and the attempts to deliver the event.

use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use aws_lambda_events::sqs::SqsMessage;
use futures_util::FutureExt as _;
use hookline_event::{Event, Payload, ReadError};
use hookline_telemetry::{BatchSummary, Context, Level, Line, Metric, Trace, with_context};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::failure::Failure;
use crate::idempotency::{Claim, DeliverySuccess};
use crate::reason::Reason;

/// What SQS does with a message after the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MessageAction {
    /// SQS deletes the message. Its event was delivered, was filtered or is in the dead-letter queue.
    Acknowledge,
    /// SQS delivers the message again.
    Retry,
}

/// An SQS message and the state of its deliveries.
pub(crate) struct Record {
    pub(crate) message: SqsMessage,
    /// The event without its payload, or the parse error.
    pub(crate) event: Result<Event<()>, ReadError>,
    /// The payload or its location. `None` after [`Record::take_payload`].
    payload: Cell<Option<Payload>>,
    pub(crate) trace: Option<Trace>,
    /// The common fields of all log lines of the record.
    context: Context,
    /// The finished attempts, one for each destination.
    pub(crate) attempts: RefCell<Vec<FinishedAttempt>>,
    /// Whether a step of the record has panicked.
    has_panicked: Cell<bool>,
    /// `None` until the record is settled. It stays `None` after a panic.
    action: Cell<Option<MessageAction>>,
}

/// The result of an attempt.
pub(crate) struct FinishedAttempt {
    /// The destination's name; empty if the event was sent to no destination.
    pub(crate) destination: String,
    /// The destination's kind; `none` if the event was sent to no destination.
    pub(crate) kind: &'static str,
    pub(crate) result: Result<DeliverySuccess, Failure>,
    pub(crate) duration: Duration,
    pub(crate) finished_at: OffsetDateTime,
    /// The claim of the delivery.
    pub(crate) claim: Option<Claim>,
}

impl FinishedAttempt {
    /// Creates the result of a failure before the event was sent to a destination.
    pub(crate) fn without_destination(reason: Reason, duration: Duration) -> Self {
        let finished_at = OffsetDateTime::now_utc();
        let result = Err(reason.into());
        Self { destination: String::new(), kind: "none", result, duration, finished_at, claim: None }
    }
}

impl Record {
    /// Parses a message. A message that is not an event also becomes a record, which is sent to the dead-letter queue.
    pub(crate) fn parse(message: SqsMessage, batch: &Context) -> Self {
        let parsed = Event::from_json(message.body.as_deref().unwrap_or_default());
        let (event, payload) = match parsed.map(|event| event.replace_data(())) {
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
        let (has_panicked, action) = (Cell::default(), Cell::default());
        Self { message, event, payload, trace, context, attempts, has_panicked, action }
    }

    /// Runs a step of this record. The log lines of the step have the record's context, and a panic does not affect the
    /// other records. Returns `None` after a panic.
    pub(crate) async fn run_isolated<T>(&self, step: impl Future<Output = T>) -> Option<T> {
        // Unwind safe: a panic leaves no shared state half changed, because caches and pools are changed in single
        // steps.
        let result = with_context(self.context.clone(), AssertUnwindSafe(step).catch_unwind()).await;
        self.has_panicked.set(self.has_panicked.get() || result.is_err());
        result.ok()
    }

    /// Whether a step has panicked. SQS then delivers the message again, independent of its other deliveries.
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

    /// The message identifier for the response. With an empty identifier SQS delivers the whole batch again.
    pub(crate) fn id(&self) -> &str {
        self.message.message_id.as_deref().unwrap_or_default()
    }

    /// The message body, which is the event in JSON as ingest wrote it.
    pub(crate) fn body(&self) -> &str {
        self.message.body.as_deref().unwrap_or_default()
    }

    /// The receive count of the message, including this receive.
    pub(crate) fn receives(&self) -> u32 {
        receives(&self.message)
    }

    /// The time at which the message was sent to the queue, in milliseconds since 1970; empty if SQS did not report it.
    pub(crate) fn first_seen(&self) -> &str {
        self.message.attributes.get("SentTimestamp").map(String::as_str).unwrap_or_default()
    }

    /// Adds a finished attempt. The attempts are sorted by the destination's name.
    pub(crate) fn add_attempt(&self, attempt: FinishedAttempt) {
        let mut attempts = self.attempts.borrow_mut();
        let position = attempts.partition_point(|other| other.destination < attempt.destination);
        attempts.insert(position, attempt);
    }

    pub(crate) fn set_action(&self, action: MessageAction) {
        self.action.set(Some(action));
    }

    pub(crate) fn action(&self) -> Option<MessageAction> {
        self.action.get()
    }

    /// Logs one line for each destination. A failure without a retry is logged together with its dead-letter message.
    /// Deliveries are counted in the summary of the batch.
    ///
    /// `max_retry_seconds` limits the wait that a destination can request.
    pub(crate) fn log(&self, retry_in: Option<u32>, max_retry_seconds: u32, summary: &BatchSummary) {
        let event = self.event.as_ref().ok();
        let accepted_at = event.and_then(|event| OffsetDateTime::parse(event.accepted_at(), &Rfc3339).ok());
        for FinishedAttempt { destination, kind, result, duration, finished_at, .. } in &*self.attempts.borrow() {
            let line = Line { destination, kind, duration: Some(*duration), ..Line::default() };
            match (result, retry_in) {
                (Ok(DeliverySuccess::Delivered), _) => {
                    let age = accepted_at.and_then(|accepted_at| Duration::try_from(*finished_at - accepted_at).ok());
                    summary.add_delivery(kind, age);
                    Line { level: Level::Info, outcome: "delivered", age, ..line }.write(&[]);
                }
                (Ok(DeliverySuccess::AlreadyDelivered), _) => {
                    let line = Line { level: Level::Info, outcome: "already_delivered", ..line };
                    line.write(&[(Metric::AlreadyDelivered, 1.0)]);
                }
                // There was no attempt.
                (Err(Failure { reason: Reason::Recorded { .. }, .. }), Some(_)) => {}
                (Err(failure), Some(_)) => {
                    let reason = &failure.reason.code();
                    let requested = failure.retry_after.filter(|requested| *requested > max_retry_seconds);
                    let detail = requested.map(|requested| {
                        format!("the destination requested a wait of {requested} s; the limit is {max_retry_seconds} s")
                    });
                    let detail = detail.as_ref().map(|detail| detail as &dyn Display);
                    let line = Line { detail, retry_in_seconds: retry_in, ..line };
                    let line = Line { level: Level::Warn, outcome: "retried", reason, ..line };
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

/// Returns the trace of the request to ingest, which is in the event. The fallback is the trace of the message.
fn trace(message: &SqsMessage, event: &Event<()>) -> Option<Trace> {
    let request_trace = event.traceparent.as_deref().and_then(Trace::from_traceparent);
    request_trace.or_else(|| message.attributes.get("AWSTraceHeader").and_then(|header| Trace::from_header(header)))
}
