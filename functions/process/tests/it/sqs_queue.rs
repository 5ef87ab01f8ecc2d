//! The dead-letter messages that the SQS adapter sends, with the real SDK client.

use hookline_event::DEAD_LETTER_RESERVE_BYTES;
use process::{DeadLetter, SendDeadLetter, SqsQueue};
use serde_json::{Value, json};

use crate::fixture::FakeAws;

async fn sent_request(message: DeadLetter<'_>) -> Value {
    let aws = FakeAws::default();
    aws.set_response("SendMessage", 200, json!({ "MessageId": "m" }));
    SqsQueue::new(&aws.sdk().await).send_dead_letter("https://sqs.test/dlq", message).await.unwrap();
    aws.calls.lock().unwrap().pop().unwrap().1
}

fn dead_letter<'a>(reason: &'a str, destination: &'a str) -> DeadLetter<'a> {
    DeadLetter { message: "the message", reason, destination, attempts: 5, first_seen: "1545082649183" }
}

#[tokio::test]
async fn dead_letter_has_its_reason_in_message_attributes() {
    let request = sent_request(dead_letter("http_404", "orders")).await;
    insta::assert_json_snapshot!(request);
}

/// SQS rejects an empty attribute value, and its size limit applies to the body and the attributes together.
#[tokio::test]
async fn empty_attributes_are_omitted_and_long_attributes_are_truncated() {
    let long = "\u{e9}".repeat(4000);
    let attributes = sent_request(dead_letter(&long, &long)).await["MessageAttributes"].clone();
    let bytes =
        |value: &Value| value["StringValue"].as_str().unwrap().len() + value["DataType"].as_str().unwrap().len();
    let total: usize = attributes.as_object().unwrap().iter().map(|(name, value)| name.len() + bytes(value)).sum();
    assert!(total <= DEAD_LETTER_RESERVE_BYTES, "{total} bytes");
    let attributes = sent_request(dead_letter("unreadable_event", "")).await["MessageAttributes"].clone();
    assert!(attributes.get("destination").is_none());
}
