use std::future::Future;

use hookline_aws::PortError;

/// A dead-letter message: the unchanged message and why it was not delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter<'a> {
    /// The message's body, unchanged.
    pub message: &'a str,
    /// The stable reason code, for instance `http_404`.
    pub reason: &'a str,
    /// The destination that failed; empty if the event was sent to no destination.
    pub destination: &'a str,
    /// The number of attempts.
    pub attempts: u32,
    /// The time at which the message was sent to the queue, in milliseconds since 1970; empty if SQS did not report it.
    pub first_seen: &'a str,
}

/// The port to the dead-letter queue.
pub trait SendDeadLetter: Send + Sync + 'static {
    /// Sends the message and returns after SQS has confirmed it. After an error the caller must not acknowledge the
    /// original message.
    fn send_dead_letter(
        &self,
        dlq_url: &str,
        message: DeadLetter<'_>,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}
