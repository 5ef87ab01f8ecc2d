//! Payloads that the queue could not hold.

use hookline_event::{Event, Payload};
use serde_json::json;

use crate::fixture::{Function, event, record};

const URI: &str = "s3://payloads/payloads/1";

fn message(id: &str, source: &str, receives: u32) -> serde_json::Value {
    let kept: Event<Payload> = event(source).replace(Payload::Kept { uri: URI.to_owned() }).0;
    record(id, &kept.to_json().unwrap(), receives)
}

#[tokio::test]
async fn a_kept_payload_is_delivered_like_any_other() {
    let function = Function::new().await;
    let body = vec![0x7f; 1_500_000];
    function.payloads.kept.lock().unwrap().insert(URI.to_owned(), body.clone());
    assert!(function.failures(vec![message("m", "both", 1)]).await.is_empty());
    let requests = function.sink.requests.lock().unwrap().clone();
    assert_eq!(requests.len(), 2);
    assert!(requests.iter().all(|(headers, got)| got[..] == body[..] && headers["ce-source"] == "/webhooks/both"));
    assert!(function.letters().is_empty());
}

#[tokio::test]
async fn a_payload_that_is_gone_leaves_the_event_in_the_dead_letter_queue() {
    let function = Function::new().await;
    assert!(function.failures(vec![message("m", "github", 1)]).await.is_empty());
    let letter = function.letters().remove(0);
    assert_eq!((&letter["reason"], &letter["destination"]), (&json!("payload_missing"), &json!("")));
    assert_eq!(letter["message"], message("m", "github", 1)["body"]);
    assert_eq!(function.received(), 0);
}

#[tokio::test]
async fn a_bucket_that_does_not_answer_is_asked_again() {
    let function = Function::new().await;
    function.payloads.kept.lock().unwrap().insert(URI.to_owned(), b"{}".to_vec());
    *function.payloads.down.lock().unwrap() = true;
    assert_eq!(function.failures(vec![message("m", "github", 1)]).await, ["m"]);
    assert_eq!(function.queue.visibility.lock().unwrap().len(), 1);
    *function.payloads.down.lock().unwrap() = false;
    assert!(function.failures(vec![message("m", "github", 2)]).await.is_empty());
    assert_eq!((function.received(), function.letters().len()), (1, 0));
}

#[tokio::test]
async fn ten_large_payloads_in_one_batch_all_arrive() {
    let function = Function::with("HOOKLINE_IDEMPOTENCY_TABLE", None).await;
    function.payloads.kept.lock().unwrap().insert(URI.to_owned(), vec![b'x'; 300_000]);
    let records = (0..10).map(|id| message(&id.to_string(), "github", 1)).collect();
    assert!(function.failures(records).await.is_empty());
    assert_eq!(function.received(), 10);
}
