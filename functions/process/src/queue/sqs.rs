use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::MessageAttributeValue;
use hookline_aws::{PortError, SEND_MESSAGE, SdkConfig, send_message};

use super::{ChangeVisibility, DeadLetter, SendDeadLetter};

/// Longest attribute value, in bytes: with their names and types all attributes stay within what ingest leaves free.
const MAX_VALUE_BYTES: usize = 200;

/// Amazon SQS.
#[derive(Debug, Clone)]
pub struct SqsQueue(Client);

impl SqsQueue {
    /// Opens no connection yet.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        Self(Client::new(config))
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

impl SendDeadLetter for SqsQueue {
    async fn send_dead_letter(&self, dlq_url: &str, message: DeadLetter<'_>) -> Result<(), PortError> {
        let DeadLetter { message, reason, destination, attempts, first_seen } = message;
        let attempts = attempts.to_string();
        let attributes =
            [("reason", reason), ("destination", destination), ("attempts", &attempts), ("first_seen", first_seen)];
        let mut send = self.0.send_message().queue_url(dlq_url).message_body(message);
        // SQS refuses an empty value.
        for (name, value) in attributes.into_iter().filter(|(_, value)| !value.is_empty()) {
            let attribute = text(value).build().map_err(|error| PortError::new(SEND_MESSAGE, error))?;
            send = send.message_attributes(name, attribute);
        }
        send_message(send).await
    }
}

fn text(value: &str) -> aws_sdk_sqs::types::builders::MessageAttributeValueBuilder {
    let value = &value[..value.floor_char_boundary(MAX_VALUE_BYTES)];
    MessageAttributeValue::builder().data_type("String").string_value(value)
}
