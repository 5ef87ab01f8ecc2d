//! The attempts of a batch: deliver concurrently while results are recorded in the claim store.

use std::borrow::Cow;
use std::pin::pin;

use futures_util::future::{Fuse, FusedFuture as _, FutureExt as _, join_all};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use hookline_telemetry::Segment;
use tokio::time::Instant;

use crate::batch::BatchHandler;
use crate::delivery::{Delivery, insufficient_time};
use crate::destination_state::DestinationStateStore;
use crate::destinations::Attempt;
use crate::idempotency::{self, Claim, ClaimMode, ClaimStore, DeliverySuccess};
use crate::queue::FetchPayload;
use crate::reason::Reason;

/// The maximum number of results in one call to the claim store: DynamoDB's limit for the statements of one call.
const MAX_RESULTS: usize = 25;

/// What an attempt changes in the claim store.
enum ClaimChange {
    /// The delivery is completed.
    Complete,
    /// The retry message makes another attempt.
    Release,
    /// The next receive of the message makes no attempt. It only sends the dead-letter message.
    Fail {
        /// The stable reason code.
        reason: Cow<'static, str>,
    },
    /// The attempt panicked and may have had an effect, so the lease is not released: it expires, and SQS delivers the
    /// message again.
    None,
}

impl<Q, C: ClaimStore + DestinationStateStore, P: FetchPayload> BatchHandler<Q, C, P> {
    /// Delivers concurrently. Results are recorded in batches: attempts that finish during a call to the claim store
    /// are recorded with the next call.
    pub(crate) async fn attempt_all(&self, deliveries: Vec<Delivery<'_>>, deadline: Instant) {
        let running: FuturesUnordered<_> = deliveries.iter().map(|delivery| self.attempt(delivery, deadline)).collect();
        let mut running = pin!(running.ready_chunks(MAX_RESULTS));
        let mut recording = pin!(Fuse::terminated());
        let mut finished = Vec::new();
        loop {
            tokio::select! {
                biased;
                Some(chunk) = running.next() => finished.extend(chunk),
                () = &mut recording, if !recording.is_terminated() => {}
                else => return,
            }
            if recording.is_terminated() && !finished.is_empty() {
                recording.set(self.record_results(std::mem::take(&mut finished)).fuse());
            }
        }
    }

    /// Makes one attempt and returns the change of its claim.
    async fn attempt<'p>(&self, delivery: &'p Delivery<'p>, deadline: Instant) -> (&'p Delivery<'p>, ClaimChange) {
        let started = Instant::now();
        let Delivery { record, event, destination: name, is_probe, .. } = delivery;
        let deliver = async {
            let Some(destination) = self.delivery.destinations.get(*name) else {
                return Err(Reason::UnknownDestination.into());
            };
            let remaining = deadline.saturating_duration_since(started);
            // The claim can take seconds.
            if remaining < destination.timeout() {
                if *is_probe {
                    self.states.cancel_probe(name);
                }
                return Err(insufficient_time());
            }
            let segment = Segment::begin(record.trace.as_ref(), name);
            let deadline = Instant::now() + destination.timeout().min(remaining);
            let attempt = Attempt { deadline, trace: segment.trace(), clients: &self.clients };
            let result = destination.deliver(event, attempt).await;
            segment.end(result.is_err());
            self.states.record(self.idempotency.store(), &self.clients, name, *is_probe, &result).await;
            result
        };
        let Some(result) = record.run_isolated(deliver).await else {
            if *is_probe {
                self.states.cancel_probe(name);
            }
            return (delivery, ClaimChange::None);
        };
        let change = match &result {
            Ok(()) => ClaimChange::Complete,
            // Two messages without an id look like the same message.
            Err(failure) if failure.reason.is_retryable() || record.id().is_empty() => ClaimChange::Release,
            Err(failure) => ClaimChange::Fail { reason: failure.reason.code() },
        };
        delivery.finish(self.kind(name), result.map(|()| DeliverySuccess::Delivered), started);
        (delivery, change)
    }

    /// Marks the claims of successful deliveries as completed and those of permanent failures as failed, and releases the
    /// other claims.
    async fn record_results(&self, finished: Vec<(&Delivery<'_>, ClaimChange)>) {
        let (mut completed, mut released, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        for (delivery, change) in finished {
            let claim = delivery.claim.clone();
            match change {
                ClaimChange::Complete if claim.mode == ClaimMode::OneWrite => delivery.record.add_unmarked(claim),
                ClaimChange::Complete => completed.push((delivery, claim)),
                ClaimChange::Release => released.push((delivery, claim)),
                ClaimChange::Fail { reason } => failed.push((delivery, claim, reason)),
                ClaimChange::None => {}
            }
            // If the event may be received again, its deliveries must be recognised as made.
            if delivery.record.may_be_received_again() {
                completed.extend(delivery.record.take_unmarked().into_iter().map(|claim| (delivery, claim)));
            }
        }
        let claims = |deliveries: &[(&Delivery<'_>, Claim)]| {
            deliveries.iter().map(|(_, claim)| claim.clone()).collect::<Vec<_>>()
        };
        let (completed_claims, released_claims) = (claims(&completed), claims(&released));
        let fail = failed.iter().map(|(_, claim, reason)| self.idempotency.fail(claim, reason));
        let (complete, release, fail) = tokio::join!(
            self.idempotency.complete(&completed_claims),
            self.idempotency.release(&released_claims),
            join_all(fail),
        );
        let completed = completed.into_iter().zip(complete).map(|pair| ("completion_not_recorded", pair));
        let released = released.into_iter().zip(release).map(|pair| ("claim_not_released", pair));
        let failed = failed.into_iter().map(|(delivery, claim, _)| (delivery, claim)).zip(fail);
        let failed = failed.map(|pair| ("failure_not_recorded", pair));
        for (outcome, ((delivery, claim), result)) in completed.chain(released).chain(failed) {
            if let Err(error) = result {
                let log = async { idempotency::log_store_error(outcome, &claim, &error) };
                delivery.record.run_isolated(log).await;
            }
        }
    }
}
