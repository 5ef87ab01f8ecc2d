use std::future::Future;

use hookline_aws::PortError;

/// The wait before the next attempt: exponential backoff in the number of receives, with full jitter. The jitter spreads
/// the retries, so that a recovering destination does not receive all of them at the same time.
///
/// <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The maximum wait after the first receive, in seconds.
    pub base_seconds: u32,
    /// The maximum wait after any receive, in seconds. It also limits the `Retry-After` of a destination.
    pub max_seconds: u32,
}

impl Backoff {
    /// Returns the seconds until the next attempt. `jitter` returns a number from 0 to its argument.
    pub fn delay(&self, receives: u32, retry_after: Option<u32>, jitter: impl Fn(u32) -> u32) -> u32 {
        let doubled = 2u32.saturating_pow(receives.saturating_sub(1));
        let jittered = jitter(self.base_seconds.saturating_mul(doubled).min(self.max_seconds));
        // A destination can request a longer wait than the backoff, never a shorter one.
        retry_after.unwrap_or(0).max(jittered).min(self.max_seconds)
    }
}

/// The port to a message's visibility.
pub trait ChangeVisibility: Send + Sync + 'static {
    /// Makes the message visible again in `seconds`. After an error the message keeps its current visibility timeout.
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
    fn maximum_wait_doubles_up_to_the_limit() {
        let backoff = Backoff { base_seconds: 10, max_seconds: 900 };
        let longest = |receives| backoff.delay(receives, None, |bound| bound);
        assert_eq!([0, 1, 2, 3, 7, 8, 33, u32::MAX].map(longest), [10, 10, 20, 40, 640, 900, 900, 900]);
        assert_eq!(backoff.delay(3, None, |_| 0), 0, "full jitter begins at 0");
    }

    #[test]
    fn retry_after_is_respected_up_to_the_limit() {
        let backoff = Backoff { base_seconds: 10, max_seconds: 900 };
        assert_eq!(backoff.delay(1, Some(120), |_| 0), 120);
        assert_eq!(backoff.delay(1, Some(86_400), |_| 0), 900);
        assert_eq!(
            backoff.delay(1, Some(0), |bound| bound),
            10,
            "the destination cannot request less than the backoff"
        );
    }
}
