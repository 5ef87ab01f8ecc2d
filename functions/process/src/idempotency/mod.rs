//! One effect per event and destination: claims, and what they mean for a delivery. Without a table every attempt delivers,
//! at least once.

mod claim;
mod table;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hookline_aws::PortError;
use hookline_telemetry::{Level, Line};

pub use self::claim::{Claim, Claimed, Claims};
pub use self::table::DynamoDbClaims;
use crate::destinations::Failure;
use crate::reason::Reason;

/// Beyond the time for deliveries: a lease that ends while its owner still delivers would be none.
const MARGIN: Duration = Duration::from_secs(5);

/// A successful delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Made by this attempt.
    Delivered,
    /// Made by an earlier attempt.
    AlreadyDelivered,
}

/// Claims, and for how long what was delivered is remembered.
#[derive(Debug, Clone)]
pub struct Idempotency<C> {
    claims: Option<C>,
    window: Duration,
}

impl<C: Claims> Idempotency<C> {
    /// Over a table; without one every attempt delivers.
    pub fn new(claims: Option<C>, window: Duration) -> Self {
        Self { claims, window }
    }

    /// The claim of a delivery that may take as long as `time`.
    pub(crate) fn of(&self, key: String, time: Duration) -> Claim {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Claim {
            key,
            owner: format!("{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..)),
            now: now.as_secs(),
            lease_until: (now + time + MARGIN).as_secs(),
            forget_at: (now + self.window).as_secs(),
        }
    }

    /// Claims all; a result for each, in their order.
    pub(crate) async fn claim(&self, claims: &[Claim]) -> Vec<Result<Claimed, PortError>> {
        match &self.claims {
            Some(table) if !claims.is_empty() => table.claim(claims).await,
            _ => claims.iter().map(|_| Ok(Claimed::Ours)).collect(),
        }
    }

    /// Marks what was delivered as done.
    pub(crate) async fn complete(&self, claims: &[Claim]) -> Vec<Result<(), PortError>> {
        match &self.claims {
            Some(table) if !claims.is_empty() => table.complete(claims).await,
            _ => claims.iter().map(|_| Ok(())).collect(),
        }
    }

    /// Gives back what was not delivered.
    pub(crate) async fn release(&self, claims: &[Claim]) -> Vec<Result<(), PortError>> {
        match &self.claims {
            Some(table) if !claims.is_empty() => table.release(claims).await,
            _ => claims.iter().map(|_| Ok(())).collect(),
        }
    }
}

/// What a claim means for its delivery: `None` if it is to be made now.
pub(crate) fn outcome(claim: &Claim, claimed: Result<Claimed, PortError>) -> Option<Result<Effect, Failure>> {
    match claimed {
        Ok(Claimed::Ours) => None,
        Ok(Claimed::Done) => Some(Ok(Effect::AlreadyDelivered)),
        Ok(Claimed::Leased { until }) => {
            let left = u32::try_from(until.saturating_sub(claim.now)).unwrap_or(u32::MAX);
            Some(Err(Failure { reason: Reason::InProgress, retry_after: Some(left.saturating_add(1)) }))
        }
        // Whether it was delivered is not known. A delivery now could be the second.
        Err(error) => {
            warn("not_claimed", claim, &error);
            Some(Err(Reason::IdempotencyUnavailable.into()))
        }
    }
}

/// Logs that a result could not be recorded: until the lease ends no worker delivers; after it, what was not marked as done
/// is delivered once more.
pub(crate) fn warn(outcome: &str, claim: &Claim, error: &PortError) {
    // The key ends in the destination's name.
    let destination = claim.key.rsplit('#').next().unwrap_or_default();
    Line { destination, detail: Some(error), ..Line::new(Level::Warn, outcome) }.write(&[]);
}
