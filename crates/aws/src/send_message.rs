use aws_sdk_sqs::operation::send_message::builders::SendMessageFluentBuilder;

use crate::port_error::PortError;

/// The call's name in a [`PortError`].
pub const SEND_MESSAGE: &str = "sqs:SendMessage";

/// SQS responded with success but gave the message no id.
#[derive(Debug, thiserror::Error)]
#[error("the response has no message id")]
struct NotConfirmed;

/// Sends a message. Returns once SQS has confirmed it with an id.
///
/// # Errors
///
/// [`PortError`]: it is unknown whether the queue has the message.
pub async fn send_message(message: SendMessageFluentBuilder) -> Result<(), PortError> {
    let sent = Box::pin(message.send()).await.map_err(|error| PortError::new(SEND_MESSAGE, error))?;
    sent.message_id.map(|_| ()).ok_or_else(|| PortError::new(SEND_MESSAGE, NotConfirmed))
}
