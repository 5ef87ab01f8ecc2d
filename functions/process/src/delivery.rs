//! The phases of a batch after parsing: prepare each record (load its payload and route it), claim all deliveries in
//! one call, and deliver concurrently while results are recorded. [`BatchHandler`] settles each record afterwards.

use std::borrow::Cow;
use std::pin::pin;

use futures_util::future::{Fuse, FusedFuture as _, FutureExt as _, join_all};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use hookline_event::{Event, Payload};
use hookline_telemetry::{Level, Line, Metric, Segment};
use time::OffsetDateTime;
use tokio::time::{Instant, timeout_at};

use crate::batch::BatchHandler;
use crate::destinations::{Attempt, Destination};
use crate::failure::Failure;
use crate::fault_injection;
use crate::idempotency::{self, Claim, ClaimStore, DeliverySuccess};
use crate::payload::Unreadable;
use crate::queue::{ChangeVisibility, FetchError, FetchPayload, SendDeadLetter};
use crate::reason::Reason;
use crate::record::{FinishedAttempt, Record};
use crate::routing::RoutingDecision;

/// The maximum number of results in one call to the claim store: DynamoDB's limit for the statements of one call.
const MAX_RESULTS: usize = 25;

/// A record with a loaded payload and its destinations.
struct PreparedRecord<'b> {
    record: &'b Record,
    event: Event,
    destinations: Vec<&'b str>,
}

/// A delivery of one event to one destination.
struct Delivery<'p> {
    record: &'p Record,
    event: &'p Event,
    destination: &'p str,
    claim: Claim,
}

/// What an attempt changes in the claim store.
enum ClaimChange {
    /// The delivery is completed.
    Complete,
    /// The next receive of the message makes another attempt.
    Release,
    /// The next receive of the message makes no attempt. It only sends the dead-letter message.
    Fail {
        /// The stable reason code.
        reason: Cow<'static, str>,
    },
}

impl<Q: ChangeVisibility + SendDeadLetter, C: ClaimStore, P: FetchPayload> BatchHandler<Q, C, P> {
    /// Runs all phases except the last for the records. Deliveries end before the deadline.
    pub(crate) async fn deliver(&self, records: &[&Record], deadline: Instant) {
        let prepared = records.iter().map(async |record| record.run_isolated(self.prepare(record, deadline)).await);
        let prepared: Vec<_> = join_all(prepared).await.into_iter().flatten().flatten().collect();
        let deliveries = self.claim(&prepared, deadline).await;
        self.deliver_claimed(deliveries, deadline).await;
    }

    /// Loads the payload and routes the event. Returns `None` if there is nothing to deliver: the record then has a
    /// failed attempt, or its event was filtered.
    async fn prepare<'b>(&'b self, record: &'b Record, deadline: Instant) -> Option<PreparedRecord<'b>> {
        let started = Instant::now();
        let fail = |reason| record.add_attempt(FinishedAttempt::without_destination(reason, started.elapsed()));
        let Ok(event) = &record.event else {
            fail(Reason::UnreadableEvent);
            return None;
        };
        // A destination posts back to its source, directly or through others.
        if event.hops > self.delivery.max_hops {
            fail(Reason::TooManyHops);
            return None;
        }
        fault_injection::panic_if_requested(&event.event_type);
        let payload = match self.load(record.take_payload()?, deadline).await {
            Ok(payload) => payload,
            Err(error) => {
                Line { detail: Some(&error), ..Line::new(Level::Warn, "payload_unavailable") }.write(&[]);
                fail(Reason::from(&error));
                return None;
            }
        };
        let event = event.clone().replace_data(payload).0;
        let destinations: Vec<_> = match self.delivery.routes.route(&event) {
            RoutingDecision::Routed { destinations, is_dead_lettered, unreadable } => {
                for (route, reason) in unreadable {
                    log_unreadable_filter(route, reason);
                }
                if is_dead_lettered {
                    fail(Reason::FilterUnreadable);
                }
                destinations.into_iter().collect()
            }
            RoutingDecision::Filtered { routes } => {
                log_filtered(&routes);
                return None;
            }
            // Ingest accepted the event, so it must not be lost.
            RoutingDecision::NoRoute => {
                fail(Reason::NoRoute);
                return None;
            }
        };
        Some(PreparedRecord { record, event, destinations })
    }

    async fn load(&self, payload: Payload, deadline: Instant) -> Result<bytes::Bytes, FetchError> {
        match payload {
            Payload::Inline(bytes) => Ok(bytes),
            Payload::Offloaded { uri } => {
                let exceeded = |_| Err(FetchError::deadline_exceeded(&uri));
                timeout_at(deadline, self.payloads.fetch_payload(&uri)).await.unwrap_or_else(exceeded)
            }
        }
    }

    /// Claims all deliveries in one call and returns the acquired ones. The other deliveries are finished without an
    /// attempt.
    async fn claim<'p>(&self, prepared: &'p [PreparedRecord<'_>], deadline: Instant) -> Vec<Delivery<'p>> {
        let started = Instant::now();
        let time = deadline.saturating_duration_since(started);
        let deliveries_of = |prepared: &'p PreparedRecord<'_>| {
            let PreparedRecord { record, event, destinations } = prepared;
            let delivery = move |destination: &&'p str| {
                let claim = self.idempotency.new_claim(
                    format!("{}#{destination}", event.dedup_key.as_str()),
                    record.id(),
                    time,
                );
                Delivery { record, event, destination, claim }
            };
            destinations.iter().map(delivery).collect::<Vec<_>>()
        };
        let deliveries: Vec<_> = prepared.iter().flat_map(deliveries_of).collect();
        let claims: Vec<_> = deliveries.iter().map(|delivery| delivery.claim.clone()).collect();
        let outcomes = self.idempotency.claim(&claims).await;
        let mut acquired = Vec::new();
        for (delivery, outcome) in deliveries.into_iter().zip(outcomes) {
            let result = async { idempotency::result_without_attempt(&delivery.claim, outcome) };
            match delivery.record.run_isolated(result).await {
                Some(Some(result)) => delivery.finish(self.kind(delivery.destination), result, started),
                _ => acquired.push(delivery),
            }
        }
        acquired
    }

    /// Delivers concurrently. Results are recorded in batches: attempts that finish during a call to the claim store
    /// are recorded with the next call.
    async fn deliver_claimed(&self, deliveries: Vec<Delivery<'_>>, deadline: Instant) {
        let running: FuturesUnordered<_> = deliveries.iter().map(|delivery| self.attempt(delivery, deadline)).collect();
        let mut running = pin!(running.ready_chunks(MAX_RESULTS));
        let mut recording = pin!(Fuse::terminated());
        let mut finished = Vec::new();
        loop {
            tokio::select! {
                biased;
                Some(chunk) = running.next() => finished.extend(chunk.into_iter().flatten()),
                () = &mut recording, if !recording.is_terminated() => {}
                else => return,
            }
            if recording.is_terminated() && !finished.is_empty() {
                recording.set(self.record_results(std::mem::take(&mut finished)).fuse());
            }
        }
    }

    /// Makes one attempt and returns the change of its claim. Returns `None` after a panic. The attempt may have had an
    /// effect, so the lease is not released: it expires, and SQS delivers the message again.
    async fn attempt<'p>(
        &self,
        delivery: &'p Delivery<'p>,
        deadline: Instant,
    ) -> Option<(&'p Delivery<'p>, ClaimChange)> {
        let started = Instant::now();
        let Delivery { record, event, destination: name, .. } = delivery;
        let deliver = async {
            let Some(destination) = self.delivery.destinations.get(*name) else {
                return Err(Reason::UnknownDestination.into());
            };
            let segment = Segment::begin(record.trace.as_ref(), name);
            let remaining = deadline.saturating_duration_since(started);
            let attempt = Attempt { remaining, trace: segment.trace(), clients: &self.clients };
            let result = destination.deliver(event, attempt).await;
            segment.end(result.is_err());
            result
        };
        let result = record.run_isolated(deliver).await?;
        let change = match &result {
            Ok(()) => ClaimChange::Complete,
            // Two messages without an id look like the same message.
            Err(failure) if failure.reason.is_retryable() || record.id().is_empty() => ClaimChange::Release,
            Err(failure) => ClaimChange::Fail { reason: failure.reason.code() },
        };
        delivery.finish(self.kind(name), result.map(|()| DeliverySuccess::Delivered), started);
        Some((delivery, change))
    }

    /// Marks the claims of successful deliveries as completed and those of permanent failures as failed, and releases the
    /// other claims.
    async fn record_results(&self, finished: Vec<(&Delivery<'_>, ClaimChange)>) {
        let (mut completed, mut released, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        for (delivery, change) in finished {
            match change {
                ClaimChange::Complete => completed.push(delivery),
                ClaimChange::Release => released.push(delivery),
                ClaimChange::Fail { reason } => failed.push((delivery, reason)),
            }
        }
        let claims =
            |deliveries: &[&Delivery<'_>]| deliveries.iter().map(|delivery| delivery.claim.clone()).collect::<Vec<_>>();
        let (completed_claims, released_claims) = (claims(&completed), claims(&released));
        let fail = failed.iter().map(|(delivery, reason)| self.idempotency.fail(&delivery.claim, reason));
        let (complete, release, fail) = tokio::join!(
            self.idempotency.complete(&completed_claims),
            self.idempotency.release(&released_claims),
            join_all(fail),
        );
        let completed = completed.into_iter().zip(complete).map(|pair| ("completion_not_recorded", pair));
        let released = released.into_iter().zip(release).map(|pair| ("claim_not_released", pair));
        let failed = failed.into_iter().map(|(delivery, _)| delivery).zip(fail);
        let failed = failed.map(|pair| ("failure_not_recorded", pair));
        for (outcome, (delivery, result)) in completed.chain(released).chain(failed) {
            if let Err(error) = result {
                let log = async { idempotency::log_store_error(outcome, &delivery.claim, &error) };
                delivery.record.run_isolated(log).await;
            }
        }
    }

    fn kind(&self, destination: &str) -> &'static str {
        self.delivery.destinations.get(destination).map_or("none", Destination::kind)
    }
}

/// Logs and counts that a filter cannot read the payload.
fn log_unreadable_filter(route: &str, reason: Unreadable) {
    let detail = format!("route `{route}`: {reason}");
    let line = Line { detail: Some(&detail), ..Line::new(Level::Warn, "filter_unreadable") };
    line.write(&[(Metric::FilterUnreadable, 1.0)]);
}

/// Logs and counts an event that no route matches.
fn log_filtered(routes: &[(&str, &str)]) {
    let routes: Vec<_> = routes.iter().map(|(route, option)| format!("`{route}` ({option})")).collect();
    let detail = format!("no route matches: {}", routes.join(", "));
    Line { detail: Some(&detail), ..Line::new(Level::Info, "filtered") }.write(&[(Metric::FilteredOut, 1.0)]);
}

impl Delivery<'_> {
    fn finish(&self, kind: &'static str, result: Result<DeliverySuccess, Failure>, started: Instant) {
        let (destination, duration) = (self.destination.to_owned(), started.elapsed());
        let finished_at = OffsetDateTime::now_utc();
        let claim = Some(self.claim.clone());
        self.record.add_attempt(FinishedAttempt { destination, kind, result, duration, finished_at, claim });
    }
}
