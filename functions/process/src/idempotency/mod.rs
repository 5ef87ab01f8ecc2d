//! Idempotency: each event has at most one effect at a destination. Without a claim store every attempt delivers (at
//! least once).

mod claim;
mod dynamodb;
mod item;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hookline_aws::PortError;
use hookline_event::Event;
use hookline_telemetry::{Level, Line};

pub use self::claim::{Claim, ClaimMode, ClaimOutcome, ClaimStore, UnknownClaimMode};
pub use self::dynamodb::DynamoDbClaimStore;
use crate::failure::Failure;
use crate::lane::Lane;
use crate::reason::Reason;

/// The lease lasts this much longer than the time for deliveries. It must not end while its owner still delivers.
const LEASE_MARGIN: Duration = Duration::from_secs(5);

/// A successful delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeliverySuccess {
    /// This attempt has delivered.
    Delivered,
    /// An earlier attempt has delivered.
    AlreadyDelivered {
        /// Whether the delivered event has the same id as this one, but other data.
        is_id_reused: bool,
    },
}

/// The claim store, if there is one, how long completed claims are stored, and how many writes a delivery needs.
#[derive(Debug, Clone)]
pub struct Idempotency<C> {
    store: Option<C>,
    window: Duration,
    mode: ClaimMode,
}

/// What a new claim is for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClaimRequest<'a> {
    pub(crate) event: &'a Event,
    pub(crate) destination: &'a str,
    /// The SQS message.
    pub(crate) message_id: &'a str,
    /// The longest time until the delivery is finished.
    pub(crate) time: Duration,
    /// Whether ingest sent the message. Otherwise it was moved from another queue.
    pub(crate) is_sent_by_ingest: bool,
    /// Whether the message was received for the first time.
    pub(crate) is_first_receive: bool,
}

impl<C: ClaimStore> Idempotency<C> {
    /// Creates the idempotency layer. Without a store every attempt delivers.
    pub fn new(store: Option<C>, window: Duration, mode: ClaimMode) -> Self {
        Self { store, window, mode }
    }

    /// Returns the claim store.
    pub(crate) fn store(&self) -> Option<&C> {
        self.store.as_ref()
    }

    /// Creates the claim for a delivery. One write is enough only for the first receive of the message that ingest sent,
    /// because messages of other queues can be about the same request.
    pub(crate) fn new_claim(&self, request: ClaimRequest<'_>) -> Claim {
        let ClaimRequest { event, destination, message_id, time, is_sent_by_ingest, is_first_receive } = request;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let request_id = event.request_id.clone().unwrap_or_default();
        let has_one_write =
            self.mode == ClaimMode::OneWrite && is_sent_by_ingest && is_first_receive && !request_id.is_empty();
        Claim {
            key: format!("{}#{destination}", event.dedup_key.as_str()),
            owner: format!("{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..)),
            data_hash: event.data_hash.as_ref().map(|hash| hash.as_str().to_owned()).unwrap_or_default(),
            request_id,
            mode: if has_one_write { ClaimMode::OneWrite } else { ClaimMode::TwoWrites },
            message_id: message_id.to_owned(),
            is_sent_by_ingest,
            now: now.as_secs(),
            lease_until: (now + time + LEASE_MARGIN).as_secs(),
            expires_at: (now + self.window).as_secs(),
        }
    }

    /// Acquires the leases and returns one result for each claim, in the same order.
    pub(crate) async fn claim(&self, claims: &[Claim]) -> Vec<Result<ClaimOutcome, PortError>> {
        match &self.store {
            Some(store) if !claims.is_empty() => store.claim(claims).await,
            _ => claims.iter().map(|claim| Ok(ClaimOutcome::Acquired { mode: claim.mode })).collect(),
        }
    }

    /// Marks the claims of successful deliveries as completed.
    pub(crate) async fn complete(&self, claims: &[Claim]) -> Vec<Result<(), PortError>> {
        match &self.store {
            Some(store) if !claims.is_empty() => store.complete(claims).await,
            _ => claims.iter().map(|_| Ok(())).collect(),
        }
    }

    /// Marks the claim of a delivery that failed permanently, so that the message does not cause another attempt.
    pub(crate) async fn fail(&self, claim: &Claim, reason: &str) -> Result<(), PortError> {
        match &self.store {
            Some(store) => store.fail(claim, reason).await,
            None => Ok(()),
        }
    }

    /// Ends the leases of failed deliveries.
    pub(crate) async fn release(&self, claims: &[Claim]) -> Vec<Result<(), PortError>> {
        match &self.store {
            Some(store) if !claims.is_empty() => store.release(claims).await,
            _ => claims.iter().map(|_| Ok(())).collect(),
        }
    }
}

/// Whether a delivery may be attempted after the call to the claim store.
pub(crate) enum ClaimResult {
    /// The claim was acquired in this mode.
    Acquired { mode: ClaimMode },
    /// The delivery must not be attempted now.
    Finished(Result<DeliverySuccess, Failure>),
}

/// Derives what happens to a delivery from the outcome of its claim.
pub(crate) fn claim_result(claim: &Claim, lane: Lane, outcome: Result<ClaimOutcome, PortError>) -> ClaimResult {
    ClaimResult::Finished(match outcome {
        Ok(ClaimOutcome::Acquired { mode }) => return ClaimResult::Acquired { mode },
        Ok(ClaimOutcome::Completed { is_id_reused }) => Ok(DeliverySuccess::AlreadyDelivered { is_id_reused }),
        Ok(ClaimOutcome::Leased { until, is_same_request }) => {
            let remaining = until.saturating_sub(claim.now);
            let is_received_twice = is_same_request && lane == Lane::Intake;
            let reason = if is_received_twice { Reason::ReceivedTwice } else { Reason::InProgress };
            Err(Failure::deferral(reason, remaining.saturating_add(1)))
        }
        Ok(ClaimOutcome::Failed { reason }) => Err(Reason::Recorded { code: reason }.into()),
        // An earlier attempt may have delivered. A delivery now could be a duplicate.
        Err(error) => {
            log_store_error("claim_failed", claim, &error);
            Err(Reason::IdempotencyUnavailable.into())
        }
    })
}

/// Logs that the claim store did not record a change. No worker delivers until the lease ends. After that, a delivery
/// that was not marked as completed is made again.
pub(crate) fn log_store_error(outcome: &str, claim: &Claim, error: &PortError) {
    // The key ends in the destination's name.
    let destination = claim.key.rsplit('#').next().unwrap_or_default();
    Line { destination, detail: Some(error), ..Line::new(Level::Warn, outcome) }.write(&[]);
}
