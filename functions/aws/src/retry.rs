//! Which failures are tried again, when, and how many at all: the SDKs' standard mode.
//!
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::error::AwsError;

/// The longest wait of all.
const MAX_BACKOFF: Duration = Duration::from_secs(20);
/// A first wait after what may pass at once, such as a connection that broke off.
const TRANSIENT: Duration = Duration::from_millis(50);
/// A first wait after the service has asked for fewer calls.
const THROTTLED: Duration = Duration::from_secs(1);

/// Words of services that have failed, or have not understood because a moment was bad.
const MAY_PASS: [&str; 6] = [
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "InternalServiceError",
    "PriorRequestNotComplete",
    "RequestTimeout",
];

/// Why another attempt may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Retry {
    /// It may pass at once.
    Transient,
    /// The service asks for fewer calls.
    Throttled,
}

impl Retry {
    /// `None` of what no attempt will change.
    pub(crate) fn of(error: &AwsError) -> Option<Self> {
        match error {
            _ if error.is_throttling() => Some(Self::Throttled),
            AwsError::Timeout | AwsError::Connection { .. } | AwsError::Answer { .. } => Some(Self::Transient),
            AwsError::Service { status: 500 | 502 | 503 | 504, .. } => Some(Self::Transient),
            AwsError::Service { code, .. } if MAY_PASS.contains(&code.as_str()) => Some(Self::Transient),
            AwsError::Service { .. } | AwsError::Request { .. } => None,
        }
    }

    /// The wait before attempt `next` (2 is the first repetition); `jitter` gives a number from 0 to 1.
    pub(crate) fn backoff(self, next: u32, jitter: impl Fn() -> f64) -> Duration {
        let first = match self {
            Self::Transient => TRANSIENT,
            Self::Throttled => THROTTLED,
        };
        let doubled = first.saturating_mul(2u32.saturating_pow(next.saturating_sub(2)));
        doubled.min(MAX_BACKOFF).mul_f64(jitter())
    }
}

/// How many repetitions a program has: each takes some, each call that works gives one back. In an outage most calls are
/// then tried once.
#[derive(Debug)]
pub(crate) struct Quota(AtomicU32);

const FULL: u32 = 500;
const COST: u32 = 5;

impl Default for Quota {
    fn default() -> Self {
        Self(AtomicU32::new(FULL))
    }
}

impl Quota {
    /// Whether there is enough for one more.
    pub(crate) fn take(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(COST)).is_ok()
    }

    /// After a call that has worked; `repeated` gives back what its repetition took.
    pub(crate) fn give_back(&self, repeated: bool) {
        let more = if repeated { COST } else { 1 };
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| Some((left + more).min(FULL)));
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[track_caller]
    fn case(status: u16, code: &str, expected: Option<Retry>) {
        let error = AwsError::of(status, Some(code), Bytes::new());
        assert_eq!(Retry::of(&error), expected, "{status} {code}");
    }

    #[test]
    fn what_may_pass_is_tried_again() {
        case(503, "ServiceUnavailable", Some(Retry::Transient));
        case(500, "InternalFailure", Some(Retry::Transient));
        case(400, "RequestTimeout", Some(Retry::Transient));
        case(400, "ThrottlingException", Some(Retry::Throttled));
        case(503, "SlowDown", Some(Retry::Throttled));
        case(400, "ProvisionedThroughputExceededException", Some(Retry::Throttled));
        case(429, "anything", Some(Retry::Throttled));
        case(403, "AccessDenied", None);
        case(400, "ConditionalCheckFailedException", None);
        case(404, "NoSuchKey", None);
        assert_eq!(Retry::of(&AwsError::Timeout), Some(Retry::Transient));
    }

    #[test]
    fn waits_double_up_to_the_longest() {
        let longest = |retry: Retry, next| retry.backoff(next, || 1.0);
        assert_eq!([2, 3, 4].map(|next| longest(Retry::Transient, next)), [50, 100, 200].map(Duration::from_millis));
        assert_eq!([2, 3, 9, 40].map(|next| longest(Retry::Throttled, next)), [1, 2, 20, 20].map(Duration::from_secs));
        assert_eq!(Retry::Throttled.backoff(3, || 0.0), Duration::ZERO, "full jitter: from nothing");
    }

    #[test]
    fn an_outage_uses_the_quota_up_and_calls_that_work_fill_it() {
        let quota = Quota::default();
        assert_eq!((0..200).filter(|_| quota.take()).count(), 100);
        (0..4).for_each(|_| quota.give_back(false));
        assert!(!quota.take());
        quota.give_back(false);
        assert!(quota.take());
    }
}
