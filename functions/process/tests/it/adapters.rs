//! What the dead-letter queue's adapter sends, on the real SDK client.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_sqs::Client;
use axum::Router;
use hookline_environment::{AwsSettings, Patience, Variables};
use hookline_event::DEAD_LETTER_RESERVE_BYTES;
use process::{DeadLetter, SendDeadLetter};
use serde_json::Value;

use crate::fixture::environment;

const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(1),
    attempt: Duration::from_secs(1),
    call: Duration::from_secs(1),
    attempts: 1,
};

async fn sent(letter: DeadLetter<'_>) -> Value {
    let seen = Arc::new(Mutex::new(Value::Null));
    let record = Arc::clone(&seen);
    let app = Router::new().fallback(async move |request: String| {
        *record.lock().unwrap() = serde_json::from_str(&request).unwrap();
        r#"{"MessageId":"m"}"#
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, app).await });
    let lookup = environment("https://sink.test", "AWS_ENDPOINT_URL", Some(&url));
    let config = AwsSettings::read(&mut Variables::new(&lookup)).unwrap().sdk_config(PATIENCE);
    Client::new(&config).send_dead_letter("https://sqs.test/dlq", letter).await.unwrap();
    seen.lock().unwrap().clone()
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
