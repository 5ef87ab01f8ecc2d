use aws_sdk_sqs::Client;
use aws_sdk_sqs::operation::send_message::builders::SendMessageFluentBuilder;
use aws_sdk_sqs::types::MessageAttributeValue;
use hookline_aws::{PortError, SEND_MESSAGE, SdkConfig, send_message};

use super::dead_letter::{DeadLetter, SendDeadLetter};
use super::retry::{ChangeVisibility, RetryMessage, SendRetry};

/// The maximum length of an attribute value, in bytes. All attributes with their names and types then fit into the
/// space that ingest reserves.
const MAX_VALUE_BYTES: usize = 200;

/// An SQS client for all queues.
#[derive(Debug, Clone)]
pub struct SqsQueue(Client);

impl SqsQueue {
    /// Creates the client without opening a connection.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        Self(Client::new(config))
    }

    /// Sends a copy of a message to the queue of a listener.
    pub(crate) async fn send_copy(&self, queue_url: &str, message: &str) -> Result<(), PortError> {
        send_message(self.0.send_message().queue_url(queue_url).message_body(message)).await
    }
}

impl ChangeVisibility for SqsQueue {
    async fn change_visibility(&self, queue_url: &str, handle: &str, seconds: u32) -> Result<(), PortError> {
        let change = self.0.change_message_visibility().queue_url(queue_url).receipt_handle(handle);
        let change = change.visibility_timeout(seconds.try_into().unwrap_or(i32::MAX));
        let changed = Box::pin(change.send()).await;
        changed.map(|_| ()).map_err(|error| PortError::new("sqs:ChangeMessageVisibility", error))
    }
}

impl SendRetry for SqsQueue {
    async fn send_retry(&self, queue_url: &str, message: RetryMessage<'_>) -> Result<(), PortError> {
        let number = |value: u64| value.to_string();
        let attributes = [
            ("destination", message.destination),
            ("attempts", &number(message.attempts.into())),
            ("first_failed_at", &number(message.first_failed_at)),
            ("not_before", &number(message.not_before)),
            ("first_seen", message.first_seen),
            ("reason", message.reason),
        ];
        let send = self.0.send_message().queue_url(queue_url).message_body(message.message);
        let send = send.delay_seconds(message.delay_seconds.try_into().unwrap_or(i32::MAX));
        send_message(with_attributes(send, &attributes)?).await
    }
}

impl SendDeadLetter for SqsQueue {
    async fn send_dead_letter(&self, dlq_url: &str, message: DeadLetter<'_>) -> Result<(), PortError> {
        let DeadLetter { message, reason, destination, attempts, first_seen } = message;
        let attempts = attempts.to_string();
        let attributes =
            [("reason", reason), ("destination", destination), ("attempts", &attempts), ("first_seen", first_seen)];
        let send = self.0.send_message().queue_url(dlq_url).message_body(message);
        send_message(with_attributes(send, &attributes)?).await
    }
}

/// Adds attributes to a message. SQS rejects an empty value, so such attributes are omitted.
fn with_attributes(
    mut send: SendMessageFluentBuilder,
    attributes: &[(&str, &str)],
) -> Result<SendMessageFluentBuilder, PortError> {
    for (name, value) in attributes.iter().filter(|(_, value)| !value.is_empty()) {
        let value = &value[..value.floor_char_boundary(MAX_VALUE_BYTES)];
        let attribute = MessageAttributeValue::builder().data_type("String").string_value(value).build();
        send = send.message_attributes(*name, attribute.map_err(|error| PortError::new(SEND_MESSAGE, error))?);
    }
    Ok(send)
}
