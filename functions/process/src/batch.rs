//! Translates: a batch of messages in, the identifiers of those that failed out.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting>

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::FuturesOrdered;
use futures_util::{FutureExt as _, StreamExt as _};
use hookline_runtime::Invocation;
use hookline_telemetry::{self as telemetry, ColdStart, Level, Line, Tally, within};
use serde::Serialize;
use tokio::sync::Semaphore;

use crate::backoff::ChangeVisibility;
use crate::claim::Claims;
use crate::config::QueueConfig;
use crate::dead_letter::SendDeadLetter;
use crate::delivery::Delivery;
use crate::message::{Message, Messages};
use crate::once::Once;
use crate::payload::FetchPayload;
use crate::record::{self, Record, Verdict};

/// Left of the function's time, after all deliveries, for two calls: to the idempotency table and to a queue, or to the table
/// alone, after one that is under way for others. See [`crate::PATIENCE`].
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

    /// Handles each message alone and at the same time as the others; a panic in one fails that one. Always answers: a failed
    /// batch would bring every message again, the delivered ones too.
    pub async fn handle(&self, invocation: &Invocation) -> Bytes {
        let left = invocation.left();
        let cold_start = self.cold_start.take();
        let request_id = invocation.request_id.clone();
        let told = telemetry::Context { request_id, cold_start, ..telemetry::Context::default() };
        let batch = match serde_json::from_slice::<Messages<'_>>(&invocation.event) {
            Ok(batch) => batch,
            Err(error) => return within(told, async { unreadable(&error) }).await,
        };
        let tally = Tally::default();
        let isolated = |message| self.isolated(message, left, &tally, told.clone());
        let verdicts = batch.records.iter().map(isolated).collect::<FuturesOrdered<_>>();
        let failures = verdicts.filter_map(async |failure| failure).collect().await;
        within(told, async { tally.write() }).await;
        answer(failures)
    }

    /// The failure to report, if any.
    async fn isolated<'m>(
        &self,
        message: &'m Message<'m>,
        left: Duration,
        tally: &Tally,
        told: telemetry::Context,
    ) -> Option<Failure<'m>> {
        let event = record::read(message);
        let readable = event.as_ref().ok();
        let trace = readable.and_then(|event| record::trace(message, event));
        let told = record::told(message, readable, trace.as_ref(), told);
        let Self { delivery, config, queue, once, payloads, kept_at_once, .. } = self;
        let record = Record { message, delivery, config, queue, once, payloads, kept_at_once, tally };
        let whole = record.process(event, trace, left.saturating_sub(RESERVE));
        let in_time = async {
            // Out of time is not acknowledged: the queue's own visibility timeout brings it again.
            let late = |_| record::out_of_time();
            tokio::time::timeout(left.saturating_sub(RESPOND), whole).await.unwrap_or_else(late)
        };
        // Nothing that records share is left half done: caches and pools are changed in one go.
        match within(told, AssertUnwindSafe(in_time).catch_unwind()).await {
            Ok(Verdict::Acknowledge) => None,
            // A message without an id cannot be named; an empty identifier has the whole batch come again.
            Ok(Verdict::Retry) | Err(_) => Some(Failure { item_identifier: message.id() }),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    batch_item_failures: Vec<Failure<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure<'a> {
    item_identifier: &'a str,
}

fn answer(batch_item_failures: Vec<Failure<'_>>) -> Bytes {
    // Strings: there is nothing that could fail. An empty answer would have the whole batch come again.
    serde_json::to_vec(&Answer { batch_item_failures }).unwrap_or_default().into()
}

/// What is no batch comes again, as a whole. What stands there is not told: it may be anything.
fn unreadable(error: &serde_json::Error) -> Bytes {
    let detail = format_args!("line {}, column {}", error.line(), error.column());
    Line { detail: Some(&detail), ..Line::new(Level::Error, "bad_event") }.write(&[]);
    answer(vec![Failure { item_identifier: "" }])
}
