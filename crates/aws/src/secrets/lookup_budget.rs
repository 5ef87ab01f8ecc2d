use std::time::Duration;

use tokio::time::Instant;

/// The number of look-ups that may follow each other directly.
const BURST: u32 = 5;

/// The time after which one more look-up is allowed.
const REFILL: Duration = Duration::from_secs(1);

/// A token bucket for the look-ups that wrong signatures cause for one owner.
///
/// Any sender can send a wrong signature. With one look-up for a long period, such a request would delay a rotation by this
/// period. With this bucket, a rotated secret is noticed within [`REFILL`] while wrong signatures arrive. The worst case
/// is one call of `GetSecretValue` per second, source and execution environment: 86,400 calls or 0.43 USD a day
/// (<https://aws.amazon.com/secrets-manager/pricing/>), far below the quota of 10,000 calls per second
/// (<https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html>).
#[derive(Debug)]
pub(super) struct LookupBudget {
    tokens: u32,
    refilled_at: Instant,
}

impl LookupBudget {
    /// Creates a full bucket.
    pub(super) fn new(now: Instant) -> Self {
        Self { tokens: BURST, refilled_at: now }
    }

    /// Takes a token. Returns whether there was one.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        while self.tokens < BURST && now.duration_since(self.refilled_at) >= REFILL {
            self.tokens += 1;
            self.refilled_at += REFILL;
        }
        if self.tokens == BURST {
            self.refilled_at = now;
        }
        let is_allowed = self.tokens > 0;
        self.tokens = self.tokens.saturating_sub(1);
        is_allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts the look-ups of a sender that sends 10 wrong signatures per second for this many seconds.
    fn lookups(budget: &mut LookupBudget, start: Instant, seconds: u64) -> usize {
        let times = (0..seconds * 10).map(|tenth| start + Duration::from_millis(tenth * 100));
        times.filter(|now| budget.take(*now)).count()
    }

    #[test]
    fn lookups_are_bounded_and_never_further_apart_than_two_seconds() {
        let start = Instant::now();
        let mut budget = LookupBudget::new(start);
        assert_eq!(lookups(&mut budget, start, 1), 5);
        for second in 1..100 {
            let now = start + Duration::from_secs(second);
            assert_eq!(lookups(&mut budget, now, 1), 1, "second {second}");
        }
        assert_eq!(lookups(&mut budget, start + Duration::from_secs(100), 3600), 3600);
    }

    #[test]
    fn quiet_time_refills_the_bucket_but_no_more_than_that() {
        let start = Instant::now();
        let mut budget = LookupBudget::new(start);
        assert_eq!(lookups(&mut budget, start, 1), 5);
        assert_eq!(lookups(&mut budget, start + Duration::from_secs(3600), 1), 5);
    }
}
