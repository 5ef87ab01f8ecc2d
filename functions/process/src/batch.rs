//! Translates: a batch of messages in, the identifiers of those that failed out.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting>

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::future::join_all;
use hookline_telemetry::{self as telemetry, ColdStart, within};
use lambda_runtime::LambdaEvent;
use tokio::sync::Semaphore;

use crate::backoff::ChangeVisibility;
use crate::claim::Claims;
use crate::config::QueueConfig;
use crate::dead_letter::SendDeadLetter;
use crate::delivery::Delivery;
use crate::once::Once;
use crate::payload::FetchPayload;
use crate::record::{self, Record, Verdict};

/// Left of the function's time, after all deliveries, for two calls: to the idempotency table and to a queue. See
/// [`crate::PATIENCE`].
const RESERVE: Duration = Duration::from_millis(5400);

/// Payloads out of the bucket that are in memory at once: ten of them, with what templates and filters make of each, would
/// not fit into a small function.
const KEPT_AT_ONCE: usize = 2;

/// Left for the response itself.
const RESPOND: Duration = Duration::from_millis(400);

/// The function's entry point.
pub struct Batch<Q, C, P> {
    delivery: Delivery,
    config: QueueConfig,
    queue: Q,
    once: Once<C>,
    payloads: P,
    kept_at_once: Semaphore,
    cold_start: ColdStart,
}

impl<Q: ChangeVisibility + SendDeadLetter, C: Claims, P: FetchPayload> Batch<Q, C, P> {
    /// Over a delivery, the queues, what makes each delivery one, and where payloads are that the queue could not hold.
    pub fn new(delivery: Delivery, config: QueueConfig, queue: Q, once: Once<C>, payloads: P) -> Self {
        Self {
            delivery,
            config,
            queue,
            once,
            payloads,
            kept_at_once: Semaphore::new(KEPT_AT_ONCE),
            cold_start: ColdStart::default(),
        }
    }

    /// Handles each message alone and at the same time as the others; a panic in one fails that one.
    ///
    /// # Errors
    ///
    /// None: a failed batch would bring every message again, the delivered ones too.
    pub async fn handle(self: Arc<Self>, event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, Infallible> {
        let (event, context) = event.into_parts();
        let left = context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
        let cold_start = self.cold_start.take();
        let told = telemetry::Context { request_id: context.request_id, cold_start, ..telemetry::Context::default() };
        let isolated = |message| Arc::clone(&self).isolated(message, left, told.clone());
        let verdicts = join_all(event.records.into_iter().map(isolated)).await;

        let mut response = SqsBatchResponse::default();
        response.batch_item_failures = verdicts.into_iter().flatten().collect();
        Ok(response)
    }

    /// The failure to report, if any.
    async fn isolated(
        self: Arc<Self>,
        message: SqsMessage,
        left: Duration,
        told: telemetry::Context,
    ) -> Option<BatchItemFailure> {
        // A message without an id cannot be named; an empty identifier has the whole batch come again.
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = message.message_id.clone().unwrap_or_default();
        let event = record::read(&message);
        let readable = event.as_ref().ok();
        let trace = readable.and_then(|event| record::trace(&message, event));
        let told = record::told(&message, readable, trace.as_ref(), told);
        let task = tokio::spawn(within(told, async move {
            let Self { delivery, config, queue, once, payloads, kept_at_once, .. } = &*self;
            let record = Record { message: &message, delivery, config, queue, once, payloads, kept_at_once };
            let whole = record.process(event, trace, left.saturating_sub(RESERVE));
            // Out of time is not acknowledged: the queue's own visibility timeout brings it again.
            let late = |_| record::out_of_time();
            tokio::time::timeout(left.saturating_sub(RESPOND), whole).await.unwrap_or_else(late)
        }));
        match task.await {
            Ok(Verdict::Acknowledge) => None,
            Ok(Verdict::Retry) | Err(_) => Some(failure),
        }
    }
}
