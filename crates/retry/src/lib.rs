//! The retry policy: how long a failed delivery waits for its next attempt, and when Hookline gives up. The process
//! function applies it, and the command-line tool computes schedules with it.

use serde::Deserialize;

/// Each wait is this many times as long as the previous one.
const FACTOR: u32 = 4;

/// The retry policy of a deployment. All times are in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct RetryPolicy {
    /// The longest wait after the first attempt.
    pub base_seconds: u32,
    /// The longest wait after any attempt. A destination can request a longer wait.
    pub max_seconds: u32,
    /// The age of a failed delivery, from its first failure, at which the last attempt is made.
    pub give_up_seconds: u32,
    /// The random part of each wait.
    pub jitter: Jitter,
}

/// The random part of each wait. It spreads the retries, so that a recovering destination does not receive all of them at
/// the same time.
///
/// <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Jitter {
    /// From half of the wait to the whole wait.
    Half,
    /// From nothing to the whole wait.
    Full,
    /// No random part: all waits have their full length.
    None,
}

impl RetryPolicy {
    /// Returns the longest wait after `attempts` attempts, in seconds, without the wait that a destination requested.
    #[must_use]
    pub fn longest_wait(&self, attempts: u32) -> u32 {
        let factor = FACTOR.saturating_pow(attempts.saturating_sub(1));
        self.base_seconds.saturating_mul(factor).min(self.max_seconds)
    }

    /// Returns the seconds until the next attempt, or `None` if the last attempt has been made.
    ///
    /// `attempts` is the number of attempts so far, and `age_seconds` the time since the first failure. `requested` is the
    /// wait that the destination requested: it can make the wait longer, never shorter. No wait is longer than the remaining
    /// time, so the last attempt is at the end of that time. `random` returns a number from 0 to its argument.
    pub fn next_wait(
        &self,
        attempts: u32,
        age_seconds: u64,
        requested: Option<u32>,
        random: impl Fn(u32) -> u32,
    ) -> Option<u32> {
        let remaining = self.remaining_seconds(age_seconds)?;
        let longest = self.longest_wait(attempts);
        let wait = match self.jitter {
            Jitter::Half => longest.div_ceil(2) + random(longest / 2),
            Jitter::Full => random(longest),
            Jitter::None => longest,
        };
        Some(wait.max(requested.unwrap_or(0)).min(remaining))
    }

    /// Returns the seconds until the last attempt of a delivery, or `None` if it has been made. `age_seconds` is the time
    /// since the first failure.
    #[must_use]
    pub fn remaining_seconds(&self, age_seconds: u64) -> Option<u32> {
        let age = u32::try_from(age_seconds).unwrap_or(u32::MAX);
        self.give_up_seconds.checked_sub(age).filter(|remaining| *remaining > 0)
    }

    /// Returns the times of all attempts of a delivery that always fails, in seconds after the first attempt. Each wait has
    /// its full length, so jitter makes the attempts earlier and more frequent.
    #[must_use]
    pub fn schedule(&self) -> Vec<u32> {
        let mut times = vec![0];
        let (mut time, mut attempts) = (0u32, 1);
        let longest = Self { jitter: Jitter::None, ..*self };
        while let Some(wait) = longest.next_wait(attempts, time.into(), None, |_| 0) {
            // A policy without a wait has no end of its schedule: all attempts are made at once.
            if wait == 0 {
                break;
            }
            time = time.saturating_add(wait);
            attempts += 1;
            times.push(time);
        }
        times
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULT: RetryPolicy =
        RetryPolicy { base_seconds: 10, max_seconds: 10_800, give_up_seconds: 86_400, jitter: Jitter::Half };

    #[test]
    fn wait_grows_fourfold_up_to_the_limit() {
        let waits = [0, 1, 2, 3, 4, 5, 6, 7, 33, u32::MAX].map(|attempts| DEFAULT.longest_wait(attempts));
        assert_eq!(waits, [10, 10, 40, 160, 640, 2560, 10_240, 10_800, 10_800, 10_800]);
    }

    #[test]
    fn jitter_shortens_the_wait_by_at_most_its_share() {
        let waits = |jitter| {
            let policy = RetryPolicy { jitter, ..DEFAULT };
            [policy.next_wait(2, 0, None, |_| 0), policy.next_wait(2, 0, None, |bound| bound)]
        };
        assert_eq!(waits(Jitter::Half), [Some(20), Some(40)]);
        assert_eq!(waits(Jitter::Full), [Some(0), Some(40)]);
        assert_eq!(waits(Jitter::None), [Some(40), Some(40)]);
    }

    #[test]
    fn requested_wait_is_respected_up_to_the_remaining_time() {
        let next = |age, requested| DEFAULT.next_wait(1, age, Some(requested), |bound| bound);
        assert_eq!(next(0, 3600), Some(3600));
        assert_eq!(next(0, 40_000), Some(40_000), "longer than any wait of the policy");
        assert_eq!(next(0, 0), Some(10), "the destination cannot request less than the policy");
        assert_eq!(next(86_000, 3600), Some(400));
        assert_eq!(next(0, u32::MAX), Some(86_400));
    }

    #[test]
    fn last_attempt_is_at_the_end_of_the_time() {
        let next = |age| DEFAULT.next_wait(9, age, None, |bound| bound);
        assert_eq!(next(86_399), Some(1));
        assert_eq!(next(86_400), None);
        assert_eq!(next(u64::MAX), None);
        assert_eq!(DEFAULT.schedule().last(), Some(&86_400));
    }

    #[test]
    fn default_schedule_has_fourteen_attempts() {
        let expected = [0, 10, 50, 210, 850, 3410, 13_650, 24_450, 35_250, 46_050, 56_850, 67_650, 78_450, 86_400];
        assert_eq!(DEFAULT.schedule(), expected);
        let at_once = RetryPolicy { base_seconds: 0, ..DEFAULT };
        assert_eq!(at_once.schedule(), [0]);
    }

    #[test]
    fn policy_is_read_as_terraform_writes_it() {
        let json = r#"{"base_seconds":10,"max_seconds":10800,"give_up_seconds":86400,"jitter":"half"}"#;
        assert_eq!(serde_json::from_str::<RetryPolicy>(json).unwrap(), DEFAULT);
        assert!(serde_json::from_str::<RetryPolicy>(&json.replace("half", "some")).is_err());
    }
}
