//! The messages that the SQS adapter sends to the retry queue and to the dead-letter queue, with the real SDK client.

use hookline_event::DEAD_LETTER_RESERVE_BYTES;
use process::{DeadLetter, RetryMessage, SendDeadLetter, SendRetry, SqsQueue};
use serde_json::{Value, json};

use crate::fixture::FakeAws;

async fn sent_dead_letter(message: DeadLetter<'_>) -> Value {
    let aws = FakeAws::default();
    aws.set_response("SendMessage", 200, json!({ "MessageId": "m" }));
    SqsQueue::new(&aws.sdk().await).send_dead_letter("https://sqs.test/dlq", message).await.unwrap();
    aws.calls.lock().unwrap().pop().unwrap().1
}

fn dead_letter<'a>(reason: &'a str, destination: &'a str) -> DeadLetter<'a> {
    DeadLetter { message: "the message", reason, destination, attempts: 5, first_seen: "1767323045700" }
}

#[tokio::test]
async fn dead_letter_has_its_reason_in_message_attributes() {
    let request = sent_dead_letter(dead_letter("http_404", "orders")).await;
    insta::assert_json_snapshot!(request);
}

/// SQS rejects an empty attribute value, and its size limit applies to the body and the attributes together.
#[tokio::test]
async fn empty_attributes_are_omitted_and_long_attributes_are_truncated() {
    let long = "\u{e9}".repeat(4000);
    let attributes = sent_dead_letter(dead_letter(&long, &long)).await["MessageAttributes"].clone();
    let bytes =
        |value: &Value| value["StringValue"].as_str().unwrap().len() + value["DataType"].as_str().unwrap().len();
    let total: usize = attributes.as_object().unwrap().iter().map(|(name, value)| name.len() + bytes(value)).sum();
    assert!(total <= DEAD_LETTER_RESERVE_BYTES, "{total} bytes");
    let attributes = sent_dead_letter(dead_letter("unreadable_event", "")).await["MessageAttributes"].clone();
    assert!(attributes.get("destination").is_none());
}

async fn sent_retry(message: RetryMessage<'_>) -> Value {
    let aws = FakeAws::default();
    aws.set_response("SendMessage", 200, json!({ "MessageId": "m" }));
    SqsQueue::new(&aws.sdk().await).send_retry("https://sqs.test/retry", message).await.unwrap();
    aws.calls.lock().unwrap().pop().unwrap().1
}

fn retry<'a>(destination: &'a str, reason: &'a str) -> RetryMessage<'a> {
    RetryMessage {
        message: "the message",
        delay_seconds: 40,
        destination,
        attempts: 2,
        first_failed_at: 1_545_082_650,
        not_before: 1_545_082_700,
        first_seen: "1767323045700",
        reason,
    }
}

#[tokio::test]
async fn retry_has_its_state_in_message_attributes() {
    insta::assert_json_snapshot!(sent_retry(retry("orders", "http_503")).await);
}

#[tokio::test]
async fn attributes_of_a_retry_fit_into_the_reserve() {
    let long = "\u{e9}".repeat(4000);
    let message = RetryMessage {
        attempts: u32::MAX,
        first_failed_at: u64::MAX,
        not_before: u64::MAX,
        first_seen: &long,
        ..retry(&long, &long)
    };
    let attributes = sent_retry(message).await["MessageAttributes"].clone();
    let bytes =
        |value: &Value| value["StringValue"].as_str().unwrap().len() + value["DataType"].as_str().unwrap().len();
    let total: usize = attributes.as_object().unwrap().iter().map(|(name, value)| name.len() + bytes(value)).sum();
    assert!(total <= DEAD_LETTER_RESERVE_BYTES, "{total} bytes");
    let attributes = sent_retry(retry("", "")).await["MessageAttributes"].clone();
    assert!(attributes.get("destination").is_none() && attributes.get("reason").is_none());
}
