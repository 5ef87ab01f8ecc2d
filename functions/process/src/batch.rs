//! The function's entry point: it receives a batch of SQS messages and returns the identifiers of the messages that SQS
//! must deliver again.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting>

use std::fmt::Display;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, SystemTime};

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt as _};
use hookline_telemetry::{self as telemetry, BatchSummary, ColdStart, Level, Line, Metric, with_context};
use lambda_runtime::Context;
use serde::{Deserialize, Deserializer};
use tokio::time::{Instant, timeout_at};

use crate::config::{DeliveryConfig, QueueConfig};
use crate::destinations::Clients;
use crate::idempotency::{ClaimStore, Idempotency, log_store_error};
use crate::queue::{ChangeVisibility, DeadLetter, FetchPayload, SendDeadLetter};
use crate::record::{FinishedAttempt, MessageAction, Record};

/// Time of the invocation that is reserved after all deliveries: for recording results and for a call to a queue, each
/// with all its attempts (see [`crate::config::TIMEOUTS`]).
const SETTLE_RESERVE: Duration = Duration::from_millis(5400);

/// Time of the invocation that is reserved for the response.
const RESPONSE_RESERVE: Duration = Duration::from_millis(400);

/// The maximum number of records with an offloaded payload in memory. The payloads of a whole batch, with the parsed
/// values for templates and filters, would not fit into a small function.
const MAX_OFFLOADED: usize = 2;

/// The messages of a batch, or `None` if the event is not a batch. Deserialization never fails, so that the function
/// and not its runtime decides on the response to a malformed event.
#[derive(Debug)]
pub struct BatchEvent(Option<Vec<SqsMessage>>);

impl<'de> Deserialize<'de> for BatchEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(SqsEvent::deserialize(deserializer).ok().map(|event| event.records)))
    }
}

/// The handler of the process function.
pub struct BatchHandler<Q, C, P> {
    pub(crate) delivery: DeliveryConfig,
    pub(crate) clients: Clients,
    pub(crate) idempotency: Idempotency<C>,
    pub(crate) payloads: P,
    queue: Q,
    config: QueueConfig,
    cold_start: ColdStart,
}

impl<Q: ChangeVisibility + SendDeadLetter, C: ClaimStore, P: FetchPayload> BatchHandler<Q, C, P> {
    /// Creates the handler from its configuration and its ports.
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

    /// Handles one event of the event source mapping. The handler never returns an error, because SQS would then
    /// deliver the whole batch again, including the messages that were already handled.
    pub async fn handle(&self, event: BatchEvent, invocation: &Context) -> SqsBatchResponse {
        let remaining = invocation.deadline().duration_since(SystemTime::now()).unwrap_or_default();
        let now = Instant::now();
        let deadline = now + remaining.saturating_sub(SETTLE_RESERVE);
        let response_deadline = now + remaining.saturating_sub(RESPONSE_RESERVE);
        let cold_start = self.cold_start.take();
        let request_id = invocation.request_id.clone();
        let context = telemetry::Context { request_id, cold_start, ..telemetry::Context::default() };
        let Some(messages) = event.0 else { return with_context(context, reject_malformed_event()).await };
        let records: Vec<_> = messages.into_iter().map(|message| Record::parse(message, &context)).collect();
        let summary = BatchSummary::default();
        let phases = timeout_at(response_deadline, self.run_phases(&records, deadline, &summary));
        let is_late = AssertUnwindSafe(phases).catch_unwind().await.is_ok_and(|result| result.is_err());
        for record in records.iter().filter(|record| is_late && record.action().is_none()) {
            record.run_isolated(log_deadline_exceeded()).await;
        }
        with_context(context, async { summary.write() }).await;
        let failed = records.iter().filter(|record| record.action() != Some(MessageAction::Acknowledge));
        response(failed.map(Record::id))
    }

    /// Runs all phases for all records. Records with an offloaded payload run a few at a time.
    async fn run_phases(&self, records: &[Record], deadline: Instant, summary: &BatchSummary) {
        if deadline <= Instant::now() {
            // No delivery starts that could not finish before the deadline.
            join_all(records.iter().map(|record| record.run_isolated(log_deadline_exceeded()))).await;
            return;
        }
        let (offloaded, inline): (Vec<_>, Vec<_>) = records.iter().partition(|record| record.is_offloaded());
        let inline = async {
            self.deliver(&inline, deadline).await;
            join_all(inline.iter().map(|record| self.settle(record, summary))).await;
        };
        let offloaded = stream::iter(offloaded).for_each_concurrent(MAX_OFFLOADED, async |record| {
            self.deliver(&[record], deadline).await;
            self.settle(record, summary).await;
        });
        tokio::join!(inline, offloaded);
    }

    /// Decides what happens to the message of a record. A record whose delivery panicked has no action, so that SQS
    /// delivers its message again.
    async fn settle(&self, record: &Record, summary: &BatchSummary) {
        let decide = async {
            let retry_in = self.retry_in(record);
            record.log(retry_in, self.config.backoff.max_seconds, summary);
            match retry_in {
                Some(seconds) => self.schedule_retry(record, seconds).await,
                None => self.dead_letter_failures(record).await,
            }
        };
        if !record.has_panicked()
            && let Some(action) = record.run_isolated(decide).await
        {
            record.set_action(action);
        }
    }

    /// Returns the seconds until the next attempt. Returns `None` if no failure is retryable or if the message has
    /// reached the maximum receive count.
    fn retry_in(&self, record: &Record) -> Option<u32> {
        let attempts = record.attempts.borrow();
        let failures = attempts.iter().filter_map(|attempt| attempt.result.as_ref().err());
        let retryable = failures.filter(|failure| failure.reason.is_retryable());
        let receives = record.receives();
        let requested = retryable.map(|failure| failure.retry_after).max();
        let requested = requested.filter(|_| receives < self.config.max_receive_count)?;
        Some(self.config.backoff.delay(receives, requested, |bound| fastrand::u32(0..=bound)))
    }

    async fn schedule_retry(&self, record: &Record, seconds: u32) -> MessageAction {
        let handle = record.message.receipt_handle.as_deref().unwrap_or_default();
        if let Err(error) = self.queue.change_visibility(&self.config.queue_url, handle, seconds).await {
            // SQS still delivers the message again, after the visibility timeout of the queue.
            Line { detail: Some(&error), ..Line::new(Level::Warn, "retry_not_scheduled") }.write(&[]);
        }
        MessageAction::Retry
    }

    /// Sends a dead-letter message for each failed attempt. The message is acknowledged only if SQS confirmed all of
    /// them.
    async fn dead_letter_failures(&self, record: &Record) -> MessageAction {
        let attempts = record.attempts.take();
        let failed = attempts.iter().filter(|attempt| attempt.result.is_err());
        let confirmed = join_all(failed.map(|attempt| self.send_dead_letter(record, attempt))).await;
        if !confirmed.into_iter().all(|is_confirmed| is_confirmed) {
            return MessageAction::Retry;
        }
        // The message is finished, whatever the following call to the claim store returns.
        record.set_action(MessageAction::Acknowledge);
        self.release_failed_claims(attempts).await;
        MessageAction::Acknowledge
    }

    /// Removes the claims that failed permanently. They only had to prevent another attempt until the dead-letter queue
    /// confirmed.
    async fn release_failed_claims(&self, attempts: Vec<FinishedAttempt>) {
        let is_permanent = |attempt: &FinishedAttempt| {
            attempt.result.as_ref().err().is_some_and(|failure| !failure.reason.is_retryable())
        };
        let claims: Vec<_> = attempts.into_iter().filter(is_permanent).filter_map(|attempt| attempt.claim).collect();
        let released = self.idempotency.release(&claims).await;
        for (claim, result) in claims.iter().zip(released) {
            if let Err(error) = result {
                log_store_error("claim_not_released", claim, &error);
            }
        }
    }

    async fn send_dead_letter(&self, record: &Record, attempt: &FinishedAttempt) -> bool {
        let FinishedAttempt { destination, kind, duration, result, .. } = attempt;
        let reason = result.as_ref().err().map(|failure| failure.reason.code()).unwrap_or_default();
        let (message, first_seen, attempts) = (record.body(), record.first_seen(), record.receives());
        let message = DeadLetter { message, reason: &reason, destination, attempts, first_seen };
        let sent = self.queue.send_dead_letter(&self.config.dlq_url, message).await;
        let duration = Some(*duration);
        let line = Line { level: Level::Error, destination, kind, reason: &reason, duration, ..Line::default() };
        let failed = (Metric::DeliveryFailed, 1.0);
        match &sent {
            Ok(()) => {
                let parse_error = record.event.as_ref().err().map(|error| format!("message {}: {error}", record.id()));
                let detail = parse_error.as_ref().map(|detail| detail as &dyn Display);
                let line = Line { outcome: "dead_lettered", detail, ..line };
                line.write(&[failed, (Metric::DeadLettered, 1.0)]);
            }
            Err(error) => Line { outcome: "dlq_unavailable", detail: Some(error), ..line }.write(&[failed]),
        }
        sent.is_ok()
    }
}

/// Logs that the invocation ends before the record has an action. SQS delivers the message again.
async fn log_deadline_exceeded() {
    Line::new(Level::Warn, "deadline_exceeded").write(&[]);
}

/// Makes SQS deliver the whole batch again. The log line does not quote the event, which could contain a secret.
async fn reject_malformed_event() -> SqsBatchResponse {
    Line::new(Level::Error, "malformed_event").write(&[]);
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
