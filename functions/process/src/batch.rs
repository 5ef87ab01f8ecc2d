//! Translates: a batch of messages in, the identifiers of those that failed out.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting>

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::future::join_all;
use lambda_runtime::LambdaEvent;
use tokio::sync::Semaphore;

use crate::backoff::ChangeVisibility;
use crate::claim::Claims;
use crate::config::QueueConfig;
use crate::dead_letter::SendDeadLetter;
use crate::delivery::Delivery;
use crate::once::Once;
use crate::payload::FetchPayload;
use crate::record::{Record, Verdict};

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
}

impl<Q: ChangeVisibility + SendDeadLetter, C: Claims, P: FetchPayload> Batch<Q, C, P> {
    /// Over a delivery, the queues, what makes each delivery one, and where payloads are that the queue could not hold.
    pub fn new(delivery: Delivery, config: QueueConfig, queue: Q, once: Once<C>, payloads: P) -> Self {
        Self { delivery, config, queue, once, payloads, kept_at_once: Semaphore::new(KEPT_AT_ONCE) }
    }

    /// Handles each message alone and at the same time as the others; a panic in one fails that one.
    ///
    /// # Errors
    ///
    /// None: a failed batch would bring every message again, the delivered ones too.
    pub async fn handle(self: Arc<Self>, event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, Infallible> {
        let (event, context) = event.into_parts();
        let left = context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
        tracing::debug!(outcome = "batch", request_id = context.request_id, records = event.records.len());
        let verdicts =
            join_all(event.records.into_iter().map(|message| Arc::clone(&self).isolated(message, left))).await;

        let mut response = SqsBatchResponse::default();
        response.batch_item_failures = verdicts.into_iter().flatten().collect();
        Ok(response)
    }

    /// The failure to report, if any.
    async fn isolated(self: Arc<Self>, message: SqsMessage, left: Duration) -> Option<BatchItemFailure> {
        // A message without an id cannot be named; an empty identifier has the whole batch come again.
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = message.message_id.clone().unwrap_or_default();
        let task = tokio::spawn(async move {
            let Self { delivery, config, queue, once, payloads, kept_at_once } = &*self;
            let record = Record { message: &message, delivery, config, queue, once, payloads, kept_at_once };
            let whole = record.process(left.saturating_sub(RESERVE));
            // Out of time is not acknowledged: the queue's own visibility timeout brings it again.
            tokio::time::timeout(left.saturating_sub(RESPOND), whole).await.unwrap_or(Verdict::Retry)
        });
        match task.await {
            Ok(Verdict::Acknowledge) => None,
            Ok(Verdict::Retry) | Err(_) => Some(failure),
        }
    }
}
