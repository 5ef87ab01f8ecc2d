//! The function's entry point: a batch of messages in, the identifiers of those that are to be received again out.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting>

use std::fmt::Display;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, SystemTime};

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt as _};
use hookline_telemetry::{self as telemetry, ColdStart, Level, Line, Metric, BatchSummary, with_context};
use lambda_runtime::Context;
use serde::{Deserialize, Deserializer};
use tokio::time::{Instant, timeout_at};

use crate::config::{DeliveryConfig, QueueConfig};
use crate::destinations::Clients;
use crate::idempotency::{Claims, Idempotency};
use crate::queue::{ChangeVisibility, DeadLetter, FetchPayload, SendDeadLetter};
use crate::record::{Attempted, Record, Verdict};

/// Kept free of the function's time after all deliveries: for recording results and for a call to a queue, each with all
/// its attempts (see [`crate::config::TIMEOUTS`]).
const RESERVE: Duration = Duration::from_millis(5400);

/// Kept free for the response itself.
const RESPOND: Duration = Duration::from_millis(400);

/// Records with an offloaded payload that are in memory at once: ten of them, with what templates and filters make of each,
/// would not fit into a small function.
const MAX_OFFLOADED: usize = 2;

/// The messages of a batch. Reading never fails: of an event that is no batch there are none (`None`), so that the function
/// decides on the response, and not its runtime.
#[derive(Debug)]
pub struct BatchEvent(Option<Vec<SqsMessage>>);

impl<'de> Deserialize<'de> for BatchEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(SqsEvent::deserialize(deserializer).ok().map(|event| event.records)))
    }
}

/// The function.
pub struct Batch<Q, C, P> {
    pub(crate) delivery: DeliveryConfig,
    pub(crate) clients: Clients,
    pub(crate) idempotency: Idempotency<C>,
    pub(crate) payloads: P,
    queue: Q,
    config: QueueConfig,
    cold_start: ColdStart,
}

impl<Q: ChangeVisibility + SendDeadLetter, C: Claims, P: FetchPayload> Batch<Q, C, P> {
    /// Over what events are delivered to, and the ports.
    pub fn new(
        delivery: DeliveryConfig,
        clients: Clients,
        config: QueueConfig,
        queue: Q,
        idempotency: Idempotency<C>,
        payloads: P,
    ) -> Self {
        Self { delivery, clients, idempotency, payloads, queue, config, cold_start: ColdStart::default() }
    }

    /// Handles one event of the event source mapping. It always responds: after an error the whole batch would be received
    /// again, with what was delivered.
    pub async fn handle(&self, event: BatchEvent, invocation: &Context) -> SqsBatchResponse {
        let remaining = invocation.deadline().duration_since(SystemTime::now()).unwrap_or_default();
        let now = Instant::now();
        let (until, respond_at) = (now + remaining.saturating_sub(RESERVE), now + remaining.saturating_sub(RESPOND));
        let cold_start = self.cold_start.take();
        let request_id = invocation.request_id.clone();
        let context = telemetry::Context { request_id, cold_start, ..telemetry::Context::default() };
        let Some(messages) = event.0 else { return with_context(context, unreadable()).await };
        let records: Vec<_> = messages.into_iter().map(|message| Record::parse(message, &context)).collect();
        let summary = BatchSummary::default();
        let phases = timeout_at(respond_at, self.phases(&records, until, &summary));
        let is_late = AssertUnwindSafe(phases).catch_unwind().await.is_ok_and(|in_time| in_time.is_err());
        for record in records.iter().filter(|record| is_late && record.verdict().is_none()) {
            record.isolated(out_of_time()).await;
        }
        with_context(context, async { summary.write() }).await;
        let failed = records.iter().filter(|record| record.verdict() != Some(Verdict::Acknowledge));
        response(failed.map(Record::id))
    }

    /// Takes all records to their verdicts. Those with an offloaded payload go through the phases a few at a time.
    async fn phases(&self, records: &[Record], until: Instant, summary: &BatchSummary) {
        if until <= Instant::now() {
            // Nothing is started that cannot end.
            join_all(records.iter().map(|record| record.isolated(out_of_time()))).await;
            return;
        }
        let (offloaded, inline): (Vec<_>, Vec<_>) = records.iter().partition(|record| record.is_offloaded());
        let inline = async {
            self.deliver(&inline, until).await;
            join_all(inline.iter().map(|record| self.settle(record, summary))).await;
        };
        let offloaded = stream::iter(offloaded).for_each_concurrent(MAX_OFFLOADED, async |record| {
            self.deliver(&[record], until).await;
            self.settle(record, summary).await;
        });
        tokio::join!(inline, offloaded);
    }

    /// Decides on a record by its attempts. One whose delivery panicked has no verdict, and is received again.
    async fn settle(&self, record: &Record, summary: &BatchSummary) {
        let decide = async {
            let retry_in = self.retry_in(record);
            record.log(retry_in, summary);
            match retry_in {
                Some(seconds) => self.retry(record, seconds).await,
                None => self.give_up(record).await,
            }
        };
        if !record.has_panicked()
            && let Some(verdict) = record.isolated(decide).await
        {
            record.decide(verdict);
        }
    }

    /// Seconds until the next attempt, if one can help and the queue has a receive left for it.
    fn retry_in(&self, record: &Record) -> Option<u32> {
        let attempts = record.attempts.borrow();
        let failures = attempts.iter().filter_map(|attempt| attempt.result.as_ref().err());
        let requested = failures.filter(|failure| failure.reason.is_retryable()).map(|it| it.retry_after).max();
        let receives = record.receives();
        let requested = requested.filter(|_| receives < self.config.max_receive_count)?;
        Some(self.config.backoff.delay(receives, requested, |bound| fastrand::u32(0..=bound)))
    }

    async fn retry(&self, record: &Record, seconds: u32) -> Verdict {
        let handle = record.message.receipt_handle.as_deref().unwrap_or_default();
        if let Err(error) = self.queue.change_visibility(&self.config.queue_url, handle, seconds).await {
            // It is received again all the same, when the queue's own visibility timeout is over.
            Line { detail: Some(&error), ..Line::new(Level::Warn, "retry_not_scheduled") }.write(&[]);
        }
        Verdict::Retry
    }

    /// Acknowledges only what the dead-letter queue has confirmed.
    async fn give_up(&self, record: &Record) -> Verdict {
        let attempts = record.attempts.take();
        let failed = attempts.iter().filter(|attempt| attempt.result.is_err());
        let confirmed = join_all(failed.map(|attempt| self.dead_letter(record, attempt))).await;
        if confirmed.into_iter().all(|confirmed| confirmed) { Verdict::Acknowledge } else { Verdict::Retry }
    }

    async fn dead_letter(&self, record: &Record, attempt: &Attempted) -> bool {
        let Attempted { destination, kind, took, result, .. } = attempt;
        let reason = result.as_ref().err().map(|failure| failure.reason.code()).unwrap_or_default();
        let (message, first_seen, attempts) = (record.body(), record.first_seen(), record.receives());
        let message = DeadLetter { message, reason: &reason, destination, attempts, first_seen };
        let sent = self.queue.send_dead_letter(&self.config.dlq_url, message).await;
        let line =
            Line { level: Level::Error, destination, kind, reason: &reason, duration: Some(*took), ..Line::default() };
        let failed = (Metric::DeliveryFailed, 1.0);
        match &sent {
            Ok(()) => {
                let unreadable = record.event.as_ref().err().map(|error| format!("message {}: {error}", record.id()));
                let detail = unreadable.as_ref().map(|detail| detail as &dyn Display);
                let line = Line { outcome: "dead_lettered", detail, ..line };
                line.write(&[failed, (Metric::DeadLettered, 1.0)]);
            }
            Err(error) => Line { outcome: "not_dead_lettered", detail: Some(error), ..line }.write(&[failed]),
        }
        sent.is_ok()
    }
}

/// The batch's time is over: a message without a verdict is not acknowledged, and received again.
async fn out_of_time() {
    Line::new(Level::Warn, "out_of_time").write(&[]);
}

/// The whole batch is received again. The log does not quote what cannot be read: it may be anything.
async fn unreadable() -> SqsBatchResponse {
    Line::new(Level::Error, "bad_event").write(&[]);
    response([""].into_iter())
}

fn response<'r>(failed: impl Iterator<Item = &'r str>) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = failed
        .map(|id| {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = id.to_owned();
            failure
        })
        .collect();
    response
}
