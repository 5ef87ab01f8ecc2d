//! The function's entry point: it receives a batch of SQS messages and returns the identifiers of the messages that SQS
//! must deliver again.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting>

use std::panic::AssertUnwindSafe;
use std::time::{Duration, SystemTime};

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::FutureExt as _;
use futures_util::future::{OptionFuture, join, join_all};
use futures_util::stream::{self, StreamExt as _};
use hookline_event_log::EventLogSettings;
use hookline_telemetry::{self as telemetry, BatchSummary, ColdStart, Level, Line, with_context};
use lambda_runtime::Context;
use serde::{Deserialize, Deserializer};
use tokio::time::{Instant, timeout_at};

use crate::config::{DeliveryConfig, QueueConfig};
use crate::destination_state::{DestinationStateStore, DestinationStates};
use crate::destinations::Clients;
use crate::event_log::{EventLog, WriteEventLog};
use crate::idempotency::{ClaimStore, Idempotency};
use crate::listen::{CopyEvents, Listeners};
use crate::queue::{ChangeVisibility, FetchPayload, SendDeadLetter, SendRetry};
use crate::record::{MessageAction, Record};

/// Time of the invocation that is reserved after all deliveries: for recording results and for a call to a queue, each
/// with all its attempts (see [`crate::config::TIMEOUTS`]). Terraform limits the timeout of a destination to the function's
/// minus eight seconds: this time, and a call before the attempt.
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
    pub(crate) states: DestinationStates,
    pub(crate) queue: Q,
    pub(crate) config: QueueConfig,
    event_log: Option<EventLog>,
    listeners: Option<Listeners>,
    cold_start: ColdStart,
}

impl<Q, C, P> BatchHandler<Q, C, P>
where
    Q: ChangeVisibility + SendDeadLetter + SendRetry,
    C: ClaimStore + DestinationStateStore,
    P: FetchPayload,
{
    /// Creates the handler from its configuration and its ports.
    pub fn new(
        delivery: DeliveryConfig,
        clients: Clients,
        config: QueueConfig,
        queue: Q,
        idempotency: Idempotency<C>,
        payloads: P,
    ) -> Self {
        let names = delivery.destinations.keys().cloned();
        let states = DestinationStates::new(config.breaker.clone(), config.service.clone(), names);
        let (event_log, listeners, cold_start) = (None, None, ColdStart::default());
        Self { delivery, clients, idempotency, payloads, states, queue, config, event_log, listeners, cold_start }
    }

    /// Returns the handler with an event log.
    #[must_use]
    pub fn with_event_log(self, settings: EventLogSettings, writer: impl WriteEventLog) -> Self {
        Self { event_log: Some(EventLog::new(settings, writer)), ..self }
    }

    /// Returns the handler with listeners, who receive copies of events.
    #[must_use]
    pub fn with_listeners(self, port: impl CopyEvents) -> Self {
        Self { listeners: Some(Listeners::new(port)), ..self }
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
        let parse = |message| Record::parse(message, &context, &self.config.retry_queue_url);
        let records: Vec<_> = messages.into_iter().map(parse).collect();
        let summary = BatchSummary::default();
        let phases = timeout_at(response_deadline, self.run_phases(&records, deadline, &summary));
        let is_late = AssertUnwindSafe(phases).catch_unwind().await.is_ok_and(|result| result.is_err());
        for record in records.iter().filter(|record| is_late && record.action().is_none()) {
            record.run_isolated(log_deadline_exceeded()).await;
        }
        with_context(context, async {
            summary.write();
            let log = self.event_log.as_ref().map(|log| log.write(&records, response_deadline));
            let copies = self.listeners.as_ref().map(|listeners| listeners.copy(&records, response_deadline));
            join(OptionFuture::from(log), OptionFuture::from(copies)).await;
        })
        .await;
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
        self.states.refresh(self.idempotency.store()).await;
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
