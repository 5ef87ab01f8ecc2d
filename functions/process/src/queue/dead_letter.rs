use std::future::Future;

use hookline_aws::PortError;

/// A dead-letter message: the message as it was, and why it is given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter<'a> {
    /// The message's body, unchanged.
    pub message: &'a str,
    /// A stable code, for instance `http_404`.
    pub reason: &'a str,
    /// The destination that failed; empty if the event came to none.
    pub destination: &'a str,
    /// How often the message was received.
    pub attempts: u32,
    /// When it was first sent to the queue, in milliseconds since 1970; empty if the queue did not say.
    pub first_seen: &'a str,
}

/// The port to the dead-letter queue.
pub trait SendDeadLetter: Send + Sync + 'static {
    /// Returns once the queue has confirmed. After an error the original message must not be acknowledged.
    fn send_dead_letter(
        &self,
        dlq_url: &str,
        message: DeadLetter<'_>,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}
