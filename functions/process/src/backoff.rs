use std::future::Future;

use hookline_aws::{Client, Operation, SQS};
use serde_json::json;

/// How long a failed event waits: exponential in the number of receives, with full jitter, so that a destination that
/// comes back is not met by all at once.
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

/// The message keeps the visibility that it had: it comes again, only not when we wanted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the visibility was not changed: {detail}")]
pub struct VisibilityError {
    /// Why not, after all attempts.
    pub detail: String,
}

/// Sets when a message is received again.
pub trait ChangeVisibility: Send + Sync + 'static {
    /// `seconds` from now.
    fn change_visibility(
        &self,
        queue_url: &str,
        receipt_handle: &str,
        seconds: u32,
    ) -> impl Future<Output = Result<(), VisibilityError>> + Send;
}

impl ChangeVisibility for Client {
    async fn change_visibility(&self, queue_url: &str, handle: &str, seconds: u32) -> Result<(), VisibilityError> {
        let change = json!({ "QueueUrl": queue_url, "ReceiptHandle": handle, "VisibilityTimeout": seconds });
        let changed = self.send(Operation::json(SQS, "ChangeMessageVisibility", change.to_string())).await;
        changed.map(|_| ()).map_err(|error| VisibilityError { detail: error.to_string() })
    }
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
