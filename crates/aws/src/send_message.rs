use aws_sdk_sqs::operation::send_message::builders::SendMessageFluentBuilder;

use crate::port_error::PortError;

/// The operation's name in a [`PortError`].
pub const SEND_MESSAGE: &str = "sqs:SendMessage";

/// SQS reported success but returned no message id.
#[derive(Debug, thiserror::Error)]
#[error("the response has no message id")]
struct NotConfirmed;

/// Sends a message and waits until SQS confirms it with an id.
///
/// # Errors
///
/// Returns [`PortError`]. Whether the queue has the message is then unknown.
pub async fn send_message(message: SendMessageFluentBuilder) -> Result<(), PortError> {
    let sent = Box::pin(message.send()).await.map_err(|error| PortError::new(SEND_MESSAGE, error))?;
    sent.message_id.map(|_| ()).ok_or_else(|| PortError::new(SEND_MESSAGE, NotConfirmed))
}
