//! The phases of a batch before the attempts: prepare each record (load its payload and route it), decide which deliveries
//! may be attempted now, and claim them in one call.

use std::time::Duration;

use futures_util::future::join_all;
use hookline_event::{Event, Payload};
use hookline_telemetry::{Level, Line, Metric};
use time::OffsetDateTime;
use tokio::time::{Instant, timeout_at};

use crate::batch::BatchHandler;
use crate::clock;
use crate::destination_state::{Admission, Candidate, DestinationStateStore};
use crate::destinations::Destination;
use crate::failure::Failure;
use crate::fault_injection;
use crate::idempotency::{self, Claim, ClaimRequest, ClaimResult, ClaimStore, DeliverySuccess};
use crate::payload::Unreadable;
use crate::queue::{FetchError, FetchPayload};
use crate::reason::Reason;
use crate::record::{FinishedAttempt, Record};
use crate::routing::RoutingDecision;

/// Seconds until a delivery is received again whose attempt could have been cut short.
const INSUFFICIENT_TIME_SECONDS: u64 = 5;

/// A record with a loaded payload and its destinations.
struct PreparedRecord<'b> {
    record: &'b Record,
    event: Event,
    destinations: Vec<&'b str>,
}

/// A delivery of one event to one destination that may be attempted now.
pub(crate) struct Delivery<'p> {
    pub(crate) record: &'p Record,
    pub(crate) event: &'p Event,
    pub(crate) destination: &'p str,
    pub(crate) claim: Claim,
    /// Whether the attempt finds out if the destination works again.
    pub(crate) is_probe: bool,
}

impl<Q, C: ClaimStore + DestinationStateStore, P: FetchPayload> BatchHandler<Q, C, P> {
    /// Runs all phases except the last for the records. Deliveries end before the deadline.
    pub(crate) async fn deliver(&self, records: &[&Record], deadline: Instant) {
        let prepared = records.iter().map(async |record| record.run_isolated(self.prepare(record, deadline)).await);
        let prepared: Vec<_> = join_all(prepared).await.into_iter().flatten().flatten().collect();
        let mut admitted = Vec::new();
        for prepared in &prepared {
            admitted.extend(self.admit(prepared, deadline).await);
        }
        let claimed = self.claim(admitted).await;
        self.attempt_all(claimed, deadline).await;
    }

    /// Loads the payload and routes the event. Returns `None` if there is nothing to deliver: the record then has a
    /// failed attempt, or its event was filtered.
    async fn prepare<'b>(&'b self, record: &'b Record, deadline: Instant) -> Option<PreparedRecord<'b>> {
        let started = Instant::now();
        let fail = |failure: Failure| {
            record.add_attempt(FinishedAttempt::without_destination(failure, started.elapsed()));
            None
        };
        let Ok(event) = &record.event else { return fail(Reason::UnreadableEvent.into()) };
        if let Some(seconds) = record.history.seconds_until_due(clock::now()) {
            self.finish_without_destination(record, Failure::deferral(Reason::NotDue, seconds));
            return None;
        }
        // The payload is not needed before the destination may be called.
        let destination = record.history.destination.as_deref();
        let age_seconds = record.history.age_seconds(clock::now());
        if let Some(failure) = destination.and_then(|name| self.states.waiting(name, age_seconds)) {
            self.finish_without_destination(record, failure);
            return None;
        }
        // A destination posts back to its source, directly or through others.
        if self.delivery.exceeds_max_hops(event) {
            return fail(Reason::TooManyHops.into());
        }
        fault_injection::panic_if_requested(&event.event_type);
        let payload = record.payload();
        let payload_uri = match &payload {
            Payload::Offloaded { uri } => Some(uri.clone()),
            Payload::Inline(_) => None,
        };
        let payload = match self.load(payload, deadline).await {
            Ok(payload) => payload,
            Err(error) => {
                Line { detail: Some(&error), ..Line::new(Level::Warn, "payload_unavailable") }.write(&[]);
                self.finish_without_destination(record, Reason::from(&error).into());
                return None;
            }
        };
        let event = Event { payload_uri, ..event.clone().replace_data(payload).0 };
        if let Some(destination) = &record.history.destination {
            return Some(PreparedRecord { record, event, destinations: vec![destination] });
        }
        let destinations = match self.delivery.routes.route(&event) {
            RoutingDecision::Routed { destinations, is_dead_lettered, unreadable } => {
                for (route, reason) in unreadable {
                    log_unreadable_filter(route, reason);
                }
                if is_dead_lettered {
                    fail(Reason::FilterUnreadable.into());
                }
                destinations.into_iter().collect()
            }
            RoutingDecision::Filtered { routes } => {
                record.filtered.replace(Some(log_filtered(&routes)));
                return None;
            }
            // Ingest accepted the event, so it must not be lost.
            RoutingDecision::NoRoute => return fail(Reason::NoRoute.into()),
        };
        Some(PreparedRecord { record, event, destinations })
    }

    /// Finishes a record whose event was not sent. A retry message keeps its destination.
    fn finish_without_destination(&self, record: &Record, failure: Failure) {
        let mut attempt = FinishedAttempt::without_destination(failure, Duration::ZERO);
        if let Some(destination) = &record.history.destination {
            attempt.kind = self.kind(destination);
            attempt.destination.clone_from(destination);
        }
        record.add_attempt(attempt);
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

    /// Returns the deliveries of a record that may be attempted now. The other deliveries are finished with a deferral.
    async fn admit<'p>(&self, prepared: &'p PreparedRecord<'_>, deadline: Instant) -> Vec<Delivery<'p>> {
        let PreparedRecord { record, event, destinations } = prepared;
        let mut admitted = Vec::new();
        for destination in destinations {
            let started = Instant::now();
            let admission = self.admission(record, destination, deadline);
            let Some(admission) = record.run_isolated(admission).await else { continue };
            let time = deadline.saturating_duration_since(Instant::now());
            let claim = self.idempotency.new_claim(ClaimRequest {
                event,
                destination,
                message_id: record.id(),
                time,
                is_sent_by_ingest: record.is_sent_by_ingest(),
                is_first_receive: record.receives() == 1,
            });
            let delivery = |is_probe| Delivery { record, event, destination, claim, is_probe };
            match admission {
                Admission::Attempt { is_probe } => admitted.push(delivery(is_probe)),
                Admission::Defer(failure) => {
                    delivery(false).finish(self.kind(destination), Err(failure), started);
                }
            }
        }
        admitted
    }

    /// Decides whether a delivery may be attempted now. No attempt is shorter than its destination's timeout, because the
    /// receiver may have acted before the timeout.
    async fn admission(&self, record: &Record, name: &str, deadline: Instant) -> Admission {
        // The attempt reports an unknown destination.
        let Some(destination) = self.delivery.destinations.get(name) else {
            return Admission::Attempt { is_probe: false };
        };
        let timeout = destination.timeout();
        // Before a probe: other execution environments wait until it ends.
        if deadline.saturating_duration_since(Instant::now()) < timeout {
            return Admission::Defer(insufficient_time());
        }
        let age_seconds = record.history.age_seconds(clock::now());
        let candidate = Candidate { destination: name, timeout, lane: record.lane, age_seconds };
        self.states.admit(self.idempotency.store(), candidate).await
    }

    /// Claims all deliveries in one call and returns the acquired ones. The other deliveries are finished without an
    /// attempt.
    async fn claim<'p>(&self, deliveries: Vec<Delivery<'p>>) -> Vec<Delivery<'p>> {
        let started = Instant::now();
        let claims: Vec<_> = deliveries.iter().map(|delivery| delivery.claim.clone()).collect();
        let outcomes = self.idempotency.claim(&claims).await;
        let mut acquired = Vec::new();
        for (mut delivery, outcome) in deliveries.into_iter().zip(outcomes) {
            let lane = delivery.record.lane;
            let result = async { idempotency::claim_result(&delivery.claim, lane, outcome) };
            match delivery.record.run_isolated(result).await {
                Some(ClaimResult::Acquired { mode }) => {
                    delivery.claim.mode = mode;
                    acquired.push(delivery);
                }
                Some(ClaimResult::Finished(result)) => {
                    if delivery.is_probe {
                        self.states.cancel_probe(delivery.destination);
                    }
                    delivery.finish(self.kind(delivery.destination), result, started);
                }
                None => {}
            }
        }
        acquired
    }

    pub(crate) fn kind(&self, destination: &str) -> &'static str {
        self.delivery.destinations.get(destination).map_or("none", Destination::kind)
    }
}

/// Returns the deferral of a delivery whose attempt could be cut short.
pub(crate) fn insufficient_time() -> Failure {
    Failure::deferral(Reason::InsufficientTime, INSUFFICIENT_TIME_SECONDS)
}

/// Logs and counts that a filter cannot read the payload.
fn log_unreadable_filter(route: &str, reason: Unreadable) {
    let detail = format!("route `{route}`: {reason}");
    let line = Line { detail: Some(&detail), ..Line::new(Level::Warn, "filter_unreadable") };
    line.write(&[(Metric::FilterUnreadable, 1.0)]);
}

/// Logs and counts an event that no route matches. Returns why.
fn log_filtered(routes: &[(&str, &str)]) -> String {
    let routes: Vec<_> = routes.iter().map(|(route, option)| format!("`{route}` ({option})")).collect();
    let detail = format!("no route matches: {}", routes.join(", "));
    Line { detail: Some(&detail), ..Line::new(Level::Info, "filtered") }.write(&[(Metric::FilteredOut, 1.0)]);
    detail
}

impl Delivery<'_> {
    /// Adds the result to the record.
    pub(crate) fn finish(&self, kind: &'static str, result: Result<DeliverySuccess, Failure>, started: Instant) {
        let is_permanent = result.as_ref().err().is_some_and(|failure| !failure.reason.is_retryable());
        let failed_claim = is_permanent.then(|| self.claim.clone());
        let (destination, duration) = (self.destination.to_owned(), started.elapsed());
        let finished_at = OffsetDateTime::now_utc();
        self.record.add_attempt(FinishedAttempt { destination, kind, result, duration, finished_at, failed_claim });
    }
}
