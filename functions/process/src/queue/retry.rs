use std::future::Future;

use hookline_aws::PortError;

/// A message of the retry queue: the unchanged event, and the state of one delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryMessage<'a> {
    /// The message's body, unchanged.
    pub message: &'a str,
    /// Seconds for which SQS hides the message: at most [`MAX_DELAY_SECONDS`].
    pub delay_seconds: u32,
    /// The destination of the delivery. Empty if the event is to be routed again.
    pub destination: &'a str,
    /// The number of attempts so far.
    pub attempts: u32,
    /// The time from which the age of the delivery counts, in seconds since 1970.
    pub first_failed_at: u64,
    /// The time of the next attempt, in seconds since 1970. It can be later than the delay.
    pub not_before: u64,
    /// The time at which ingest sent the event to the intake queue, in milliseconds since 1970; empty if it is unknown.
    pub first_seen: &'a str,
    /// The reason code of the last attempt; empty if there was none.
    pub reason: &'a str,
}

/// The longest delay of a message in seconds, a limit of SQS. A longer wait needs several delays.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-delay-queues.html>
pub const MAX_DELAY_SECONDS: u32 = 900;

/// The port to the retry queue.
pub trait SendRetry: Send + Sync + 'static {
    /// Sends the message and returns after SQS has confirmed it. After an error the caller must not acknowledge the
    /// original message.
    fn send_retry(
        &self,
        queue_url: &str,
        message: RetryMessage<'_>,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
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
