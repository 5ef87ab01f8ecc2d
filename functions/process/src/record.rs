//! One record of a batch: its event, its context for logs and traces, and the attempts to deliver the event.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use aws_lambda_events::sqs::SqsMessage;
use futures_util::FutureExt as _;
use hookline_event::{Event, Payload, ReadError};
use hookline_event_log::Outcome;
use hookline_telemetry::{Context, Trace, with_context};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::failure::Failure;
use crate::idempotency::{Claim, DeliverySuccess};
use crate::lane::{History, Lane};

/// The longest time between the acceptance of an event and the time at which ingest sends its message, in seconds. Ingest
/// responds within 2.5 seconds; the rest is for clocks that differ.
const MAX_SEND_SECONDS: i64 = 10;

/// What SQS does with a message after the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MessageAction {
    /// SQS deletes the message. Each delivery of its event was made, or is on the retry queue or in the dead-letter queue,
    /// or the event was filtered.
    Acknowledge,
    /// SQS delivers the message again.
    Retry,
}

/// An SQS message and the state of its deliveries.
pub(crate) struct Record {
    pub(crate) message: SqsMessage,
    pub(crate) lane: Lane,
    /// What happened to the delivery before this receive.
    pub(crate) history: History,
    /// The event without its payload, or the parse error.
    pub(crate) event: Result<Event<()>, ReadError>,
    /// The payload or its location. `None` if the message is not an event.
    payload: Option<Payload>,
    pub(crate) trace: Option<Trace>,
    /// The common fields of all log lines of the record.
    context: Context,
    /// The finished attempts and deferrals, one for each destination.
    pub(crate) attempts: RefCell<Vec<FinishedAttempt>>,
    /// Claims with one write whose deliveries were made.
    unmarked: RefCell<Vec<Claim>>,
    /// The settled attempts, for the event log.
    pub(crate) settled: RefCell<Vec<(FinishedAttempt, Settlement)>>,
    /// Why no route matches, for the event log. `None` if a route matches.
    pub(crate) filtered: RefCell<Option<String>>,
    /// Whether a step of the record has panicked.
    has_panicked: Cell<bool>,
    /// `None` until the record is settled. It stays `None` after a panic.
    action: Cell<Option<MessageAction>>,
}

/// The result of an attempt, or of a deferral.
pub(crate) struct FinishedAttempt {
    /// The destination's name; empty if the event was sent to no destination.
    pub(crate) destination: String,
    /// The destination's kind; `none` if the event was sent to no destination.
    pub(crate) kind: &'static str,
    pub(crate) result: Result<DeliverySuccess, Failure>,
    pub(crate) duration: Duration,
    pub(crate) finished_at: OffsetDateTime,
    /// The claim that stays in the store as failed until the dead-letter queue has confirmed.
    pub(crate) failed_claim: Option<Claim>,
}

/// What became of a delivery after its attempt.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settlement {
    pub(crate) outcome: Outcome,
    /// The number of the attempt, or of the last one if none was made.
    pub(crate) number: u32,
    /// The wait until the next attempt.
    pub(crate) retry_in_seconds: Option<u32>,
}

impl FinishedAttempt {
    /// Creates the result of a failure before the event was sent to a destination.
    pub(crate) fn without_destination(failure: impl Into<Failure>, duration: Duration) -> Self {
        let finished_at = OffsetDateTime::now_utc();
        let result = Err(failure.into());
        Self { destination: String::new(), kind: "none", result, duration, finished_at, failed_claim: None }
    }
}

impl Record {
    /// Parses a message. A message that is not an event also becomes a record, which is sent to the dead-letter queue.
    pub(crate) fn parse(message: SqsMessage, batch: &Context, retry_queue_url: &str) -> Self {
        let lane = Lane::of(&message, retry_queue_url);
        let history = History::read(&message, lane);
        let parsed = Event::from_json(message.body.as_deref().unwrap_or_default());
        let (event, payload) = match parsed.map(|event| event.replace_data(())) {
            Ok((event, payload)) => (Ok(event), Some(payload)),
            Err(error) => (Err(error), None),
        };
        let trace = event.as_ref().ok().and_then(|event| trace(&message, event));
        let attempt = match lane {
            Lane::Intake => receives(&message),
            Lane::Retry => history.attempts.saturating_add(1),
        };
        let context = Context { attempt: Some(attempt), ..batch.clone() };
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
        Self {
            message,
            lane,
            history,
            event,
            payload,
            trace,
            context,
            attempts: RefCell::default(),
            unmarked: RefCell::default(),
            settled: RefCell::default(),
            filtered: RefCell::default(),
            has_panicked: Cell::default(),
            action: Cell::default(),
        }
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

    /// Returns the payload or its location; an empty payload if the message is not an event. It is not copied.
    pub(crate) fn payload(&self) -> Payload {
        self.payload.clone().unwrap_or_else(|| Vec::new().into())
    }

    /// Whether the payload is in the payload store.
    pub(crate) fn is_offloaded(&self) -> bool {
        matches!(self.payload, Some(Payload::Offloaded { .. }))
    }

    /// Whether the event log has no entry of the event yet: ingest sent this message, or an operator has sent the event
    /// again to one destination.
    pub(crate) fn begins_event_log(&self) -> bool {
        let is_first_attempt = self.history.attempts == 0 && self.history.first_failed_at.is_none();
        self.is_sent_by_ingest() || (self.lane == Lane::Retry && self.is_replay() && is_first_attempt)
    }

    /// Whether an operator has sent the event again.
    pub(crate) fn is_replay(&self) -> bool {
        self.event.as_ref().is_ok_and(|event| event.replay.is_some())
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

    /// Whether ingest sent the message. A message that was moved from the dead-letter queue or replayed is sent later than
    /// the event was accepted.
    pub(crate) fn is_sent_by_ingest(&self) -> bool {
        let accepted_at = self.event.as_ref().ok().and_then(|event| {
            OffsetDateTime::parse(event.accepted_at(), &Rfc3339).ok()?.unix_timestamp().checked_add(MAX_SEND_SECONDS)
        });
        let sent_at = self.message.attributes.get("SentTimestamp").and_then(|sent| sent.parse::<i64>().ok());
        self.lane == Lane::Intake && accepted_at.zip(sent_at).is_some_and(|(latest, sent)| sent / 1000 <= latest)
    }

    /// Adds a finished attempt. The attempts are sorted by the destination's name.
    pub(crate) fn add_attempt(&self, attempt: FinishedAttempt) {
        let mut attempts = self.attempts.borrow_mut();
        let position = attempts.partition_point(|other| other.destination < attempt.destination);
        attempts.insert(position, attempt);
    }

    /// Whether the event can be received again after this batch: on the retry queue, from the dead-letter queue, or
    /// because the message stays on its queue.
    pub(crate) fn may_be_received_again(&self) -> bool {
        self.has_panicked() || self.attempts.borrow().iter().any(|attempt| attempt.result.is_err())
    }

    /// Stores the claim of a delivery that needs no second write if all other deliveries of the event succeed.
    pub(crate) fn add_unmarked(&self, claim: Claim) {
        self.unmarked.borrow_mut().push(claim);
    }

    /// Takes the claims that [`Record::add_unmarked`] has stored.
    pub(crate) fn take_unmarked(&self) -> Vec<Claim> {
        self.unmarked.take()
    }

    pub(crate) fn set_action(&self, action: MessageAction) {
        self.action.set(Some(action));
    }

    pub(crate) fn action(&self) -> Option<MessageAction> {
        self.action.get()
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
