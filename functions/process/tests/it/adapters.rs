//! What the dead-letter queue's adapter sends, on the real client.

use hookline_event::DEAD_LETTER_RESERVE_BYTES;
use process::{DeadLetter, SendDeadLetter, SqsQueue};
use serde_json::{Value, json};

use crate::fixture::Aws;

async fn sent(letter: DeadLetter<'_>) -> Value {
    let aws = Aws::default();
    aws.answer("SendMessage", 200, json!({ "MessageId": "m" }));
    SqsQueue::new(&aws.sdk().await).send_dead_letter("https://sqs.test/dlq", letter).await.unwrap();
    aws.seen.lock().unwrap().pop().unwrap().1
}

fn letter<'a>(reason: &'a str, destination: &'a str) -> DeadLetter<'a> {
    DeadLetter { message: "the message", reason, destination, attempts: 5, first_seen: "1545082649183" }
}

#[tokio::test]
async fn the_reason_travels_as_attributes() {
    let sent = sent(letter("http_404", "orders")).await;
    insta::assert_json_snapshot!(sent);
}

/// The queue refuses an empty value, and takes attributes from the same limit as the body.
#[tokio::test]
async fn empty_attributes_are_left_out_and_long_ones_cut() {
    let long = "\u{e9}".repeat(4000);
    let attributes = sent(letter(&long, &long)).await["MessageAttributes"].clone();
    let bytes = |it: &Value| it["StringValue"].as_str().unwrap().len() + it["DataType"].as_str().unwrap().len();
    let all: usize = attributes.as_object().unwrap().iter().map(|(name, value)| name.len() + bytes(value)).sum();
    assert!(all <= DEAD_LETTER_RESERVE_BYTES, "{all} bytes");
    let attributes = sent(letter("unreadable_event", "")).await["MessageAttributes"].clone();
    assert!(attributes.get("destination").is_none());
}
