use std::future::Future;

use hookline_aws::{Client, Operation, SQS, Sent};
use serde_json::{Map, Value, json};

/// Longest attribute value, in bytes: with their names and types all attributes stay within what ingest leaves free.
const MAX_VALUE_BYTES: usize = 200;

/// What goes to the dead-letter queue: the message as it was, and why it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter<'a> {
    /// The message's body, unchanged.
    pub message: &'a str,
    /// A stable word, for instance `http_404`.
    pub reason: &'a str,
    /// The destination that would not have it; empty if it came to none.
    pub destination: &'a str,
    /// How often it was received.
    pub attempts: u32,
    /// When it was sent to the queue first, in milliseconds since 1970; empty if the queue did not say.
    pub first_seen: &'a str,
}

/// The dead-letter queue did not confirm: the message must not be acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the dead-letter queue did not confirm: {detail}")]
pub struct DeadLetterError {
    /// Why not, after all attempts.
    pub detail: String,
}

/// Puts a message into the dead-letter queue.
pub trait SendDeadLetter: Send + Sync + 'static {
    /// Returns once the queue has confirmed.
    fn send_dead_letter(
        &self,
        dlq_url: &str,
        letter: DeadLetter<'_>,
    ) -> impl Future<Output = Result<(), DeadLetterError>> + Send;
}

impl SendDeadLetter for Client {
    async fn send_dead_letter(&self, dlq_url: &str, letter: DeadLetter<'_>) -> Result<(), DeadLetterError> {
        let attempts = letter.attempts.to_string();
        let attributes = [
            ("reason", letter.reason),
            ("destination", letter.destination),
            ("attempts", &attempts),
            ("first_seen", letter.first_seen),
        ];
        // The queue takes no empty value.
        let attributes: Map<_, _> = attributes
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name.to_owned(), text(value)))
            .collect();
        let send = json!({ "QueueUrl": dlq_url, "MessageBody": letter.message, "MessageAttributes": attributes });
        let sent = self.call::<Sent>(Operation::json(SQS, "SendMessage", send.to_string())).await;
        sent.map(|_| ()).map_err(|error| DeadLetterError { detail: error.to_string() })
    }
}

fn text(value: &str) -> Value {
    let value = &value[..value.floor_char_boundary(MAX_VALUE_BYTES)];
    json!({ "DataType": "String", "StringValue": value })
}
