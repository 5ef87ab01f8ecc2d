//! Offloaded payloads, which are too large for an SQS message.

use hookline_event::{Event, Payload};
use serde_json::json;

use crate::fixture::{Function, event, record};

const URI: &str = "s3://payloads/payloads/1";

fn offloaded_record(id: &str, source: &str, receives: u32) -> serde_json::Value {
    let event: Event<Payload> = event(source).replace_data(Payload::Offloaded { uri: URI.to_owned() }).0;
    record(id, &event.to_json().unwrap(), receives)
}

#[tokio::test]
async fn offloaded_payload_is_delivered() {
    let function = Function::new().await;
    let body = vec![0x7f; 1_500_000];
    function.payloads.objects.lock().unwrap().insert(URI.to_owned(), body.clone());
    assert!(function.failed_ids(vec![offloaded_record("m", "both", 1)]).await.is_empty());
    let requests = function.receiver.requests.lock().unwrap().clone();
    assert_eq!(requests.len(), 2);
    assert!(
        requests.iter().all(|(headers, received)| received[..] == body[..] && headers["ce-source"] == "/webhooks/both")
    );
    assert!(function.dead_letters().is_empty());
}

#[tokio::test]
async fn missing_payload_dead_letters_the_event() {
    let function = Function::new().await;
    assert!(function.failed_ids(vec![offloaded_record("m", "github", 1)]).await.is_empty());
    let dead_letter = function.dead_letters().remove(0);
    assert_eq!((&dead_letter["reason"], &dead_letter["destination"]), (&json!("payload_missing"), &json!("")));
    assert_eq!(dead_letter["message"], offloaded_record("m", "github", 1)["body"]);
    assert_eq!(function.received_requests(), 0);
}

#[tokio::test]
async fn unavailable_payload_store_is_retried() {
    let function = Function::new().await;
    function.payloads.objects.lock().unwrap().insert(URI.to_owned(), b"{}".to_vec());
    *function.payloads.is_unavailable.lock().unwrap() = true;
    assert_eq!(function.retried_destinations(vec![offloaded_record("m", "github", 1)]).await, [""], "not routed yet");
    assert_eq!(function.retries()[0]["reason"], "payload_unavailable");
    let retry = function.take_due_retry("r", 10);
    assert_eq!(function.retried_destinations(vec![retry]).await, [""]);
    assert_eq!(function.retries()[0]["attempts"], 2);
    *function.payloads.is_unavailable.lock().unwrap() = false;
    let retry = function.take_due_retry("r", 50);
    assert!(function.retried_destinations(vec![retry]).await.is_empty());
    assert_eq!((function.received_requests(), function.dead_letters().len()), (1, 0));
}

#[tokio::test]
async fn batch_of_ten_offloaded_payloads_is_delivered() {
    let function = Function::with_variable("HOOKLINE_IDEMPOTENCY_TABLE", None).await;
    function.payloads.objects.lock().unwrap().insert(URI.to_owned(), vec![b'x'; 300_000]);
    let records = (0..10).map(|id| offloaded_record(&id.to_string(), "github", 1)).collect();
    assert!(function.failed_ids(records).await.is_empty());
    assert_eq!(function.received_requests(), 10);
}
