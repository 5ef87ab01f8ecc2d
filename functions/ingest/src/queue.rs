use std::future::Future;

use aws_sdk_sqs::Client;
use hookline_environment::describe;

/// The queue has not confirmed: whether it has the event is unknown, and the sender has to send it again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the queue did not confirm: {detail}")]
pub struct SendError {
    /// What the SDK says, after its own attempts.
    pub detail: String,
}

/// Puts one event on the queue.
pub trait SendEvent: Send + Sync + 'static {
    /// Returns once the queue has confirmed.
    fn send_event(&self, queue_url: &str, message: String) -> impl Future<Output = Result<(), SendError>> + Send;
}

impl SendEvent for Client {
    async fn send_event(&self, queue_url: &str, message: String) -> Result<(), SendError> {
        let sent = self.send_message().queue_url(queue_url).message_body(message).send().await;
        sent.map(|_| ()).map_err(|error| SendError { detail: describe(&error) })
    }
}
