use std::future::Future;

use hookline_aws::PortError;

/// How long a failed event waits: exponential in the number of receives, with full jitter, so that a destination that
/// recovers does not get all retries at once.
///
/// <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The longest wait after the first receive, in seconds.
    pub base_seconds: u32,
    /// The longest wait of all, in seconds; also the most that a destination's `Retry-After` can ask for.
    pub max_seconds: u32,
}

impl Backoff {
    /// Seconds until the next attempt. `jitter` gives a number from 0 to its argument.
    pub fn delay(&self, receives: u32, retry_after: Option<u32>, jitter: impl Fn(u32) -> u32) -> u32 {
        let doubled = 2u32.saturating_pow(receives.saturating_sub(1));
        let jittered = jitter(self.base_seconds.saturating_mul(doubled).min(self.max_seconds));
        // A destination can ask for more than our own wait, never for less.
        retry_after.unwrap_or(0).max(jittered).min(self.max_seconds)
    }
}

/// The port to a message's visibility.
pub trait ChangeVisibility: Send + Sync + 'static {
    /// Has the message received again `seconds` from now. After an error it keeps the visibility timeout that it has.
    fn change_visibility(
        &self,
        queue_url: &str,
        receipt_handle: &str,
        seconds: u32,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_wait_doubles_up_to_the_bound() {
        let backoff = Backoff { base_seconds: 10, max_seconds: 900 };
        let longest = |receives| backoff.delay(receives, None, |bound| bound);
        assert_eq!([0, 1, 2, 3, 7, 8, 33, u32::MAX].map(longest), [10, 10, 20, 40, 640, 900, 900, 900]);
        assert_eq!(backoff.delay(3, None, |_| 0), 0, "full jitter: from nothing");
    }

    #[test]
    fn a_destination_that_asks_is_given_its_time_within_the_bound() {
        let backoff = Backoff { base_seconds: 10, max_seconds: 900 };
        assert_eq!(backoff.delay(1, Some(120), |_| 0), 120);
        assert_eq!(backoff.delay(1, Some(86_400), |_| 0), 900);
        assert_eq!(backoff.delay(1, Some(0), |bound| bound), 10, "it cannot ask for less than the back-off");
    }
}
