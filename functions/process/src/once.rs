//! Delivers once: claims, delivers, and says what became of it. Without a table it only delivers, at least once.

use std::future::Future;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hookline_telemetry::{Level, Line};
use tokio::time::Instant;

use crate::claim::{Claim, ClaimError, Claimed, Claims};
use crate::destination::Failure;
use crate::reason::Reason;

/// Beyond the function's own time: a lease that ends while its owner still delivers would be no lease.
const MARGIN: Duration = Duration::from_secs(5);

/// What a destination got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The event, now.
    Delivered,
    /// The event, at an earlier attempt.
    AlreadyDelivered,
}

/// How deliveries are made once.
#[derive(Debug, Clone)]
pub struct Once<C> {
    claims: Option<C>,
    /// For how long what was delivered is remembered.
    window: Duration,
}

impl<C: Claims> Once<C> {
    /// Over a table; without one every attempt delivers.
    pub fn new(claims: Option<C>, window: Duration) -> Self {
        Self { claims, window }
    }

    /// `deliver`s in what is left of `time`, unless it was done before or is being done.
    pub(crate) async fn run<F: Future<Output = Result<(), Failure>>>(
        &self,
        key: String,
        time: Duration,
        deliver: impl FnOnce(Duration) -> F,
    ) -> Result<Effect, Failure> {
        let started = Instant::now();
        let Some(claims) = &self.claims else { return deliver(time).await.map(|()| Effect::Delivered) };
        let claim = self.claim(key, time);
        match claims.claim(&claim).await {
            Ok(Claimed::Ours) => {}
            Ok(Claimed::Done) => return Ok(Effect::AlreadyDelivered),
            Ok(Claimed::Leased { until }) => {
                let left = u32::try_from(until.saturating_sub(claim.now)).unwrap_or(u32::MAX);
                return Err(Failure { reason: Reason::InProgress, retry_after: Some(left.saturating_add(1)) });
            }
            // Whether it was done is not known: nothing is done twice, so nothing is done now.
            Err(error) => {
                note("not_claimed", &claim, &error);
                return Err(Reason::IdempotencyUnavailable.into());
            }
        }
        let result = deliver(time.saturating_sub(started.elapsed())).await;
        let (outcome, noted) = match &result {
            Ok(()) => ("not_marked_done", claims.complete(&claim).await),
            Err(_) => ("not_released", claims.release(&claim).await),
        };
        if let Err(error) = noted {
            // Until the lease ends nobody delivers; after it, what was not marked is delivered once more.
            note(outcome, &claim, &error);
        }
        result.map(|()| Effect::Delivered)
    }

    fn claim(&self, key: String, time: Duration) -> Claim {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Claim {
            key,
            owner: format!("{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..)),
            now: now.as_secs(),
            lease_until: (now + time + MARGIN).as_secs(),
            forget_at: (now + self.window).as_secs(),
        }
    }
}

/// The key ends in the destination's name.
fn note(outcome: &str, claim: &Claim, error: &ClaimError) {
    let destination = claim.key.rsplit('#').next().unwrap_or_default();
    Line { destination, detail: Some(error), ..Line::new(Level::Warn, outcome) }.write(&[]);
}
