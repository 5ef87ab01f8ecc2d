//! Messages about a request that was received before: from SQS, from the dead-letter queue, and from an operator.

use process::{ClaimMode, StoredState};
use serde_json::{Value, json};

use crate::fixture::{Function, StoredClaim, message_body, now, retry_record, unique_event, unique_record};

/// The message after it was moved from the dead-letter queue: SQS gives it a new id and a new time.
fn redriven(id: &str, event_id: &str, source: &str) -> Value {
    let mut record = unique_record(event_id, source, 1);
    record["messageId"] = json!(id);
    record["attributes"]["SentTimestamp"] = json!((now() * 1000).to_string());
    record
}

/// One destination fails permanently, and the other one is paused. The dead-letter message is redriven before the paused
/// destination is resumed.
#[tokio::test]
async fn redriven_event_and_its_retry_message_are_delivered_once() {
    let function = Function::new().await;
    let paused = StoredState { is_paused: true, open: None };
    function.claims.states.lock().unwrap().insert("audit".to_owned(), paused);
    function.receiver.respond_with(404, None);
    assert_eq!(function.retried_destinations(vec![unique_record("m", "both", 1)]).await, ["audit"]);
    assert_eq!(function.dead_letters()[0]["destination"], "orders");

    let retry = function.take_due_retry("r", 10);
    let resumed = Function { queue: function.queue.clone(), claims: function.claims.clone(), ..Function::new().await };
    assert!(resumed.failed_ids(vec![redriven("n", "m", "both")]).await.is_empty());
    assert_eq!(resumed.received_requests(), 2, "both destinations");
    resumed.claims.end_leases();
    assert!(resumed.failed_ids(vec![retry]).await.is_empty());
    assert_eq!(resumed.received_requests(), 2, "the retry message finds the delivery");
}

/// Two dead-letter messages of one event, for instance because both destinations were paused for too long.
#[tokio::test]
async fn two_redriven_messages_of_one_event_are_delivered_once() {
    let function = Function::new().await;
    for id in ["first", "second"] {
        assert!(function.failed_ids(vec![redriven(id, "m", "both")]).await.is_empty());
        function.claims.end_leases();
    }
    assert_eq!(function.received_requests(), 2, "once at each destination");
}

/// Ingest sends a message twice if the response of SQS is lost.
#[tokio::test]
async fn message_that_ingest_sent_twice_is_delivered_once() {
    let function = Function::new().await;
    let message = |id: &str, receives| {
        let mut record = unique_record("m", "github", receives);
        record["messageId"] = json!(id);
        record
    };
    assert!(function.failed_ids(vec![message("first", 1)]).await.is_empty());
    assert_eq!(function.failed_ids(vec![message("second", 1)]).await, ["second"], "waits for the end of the lease");
    let (_, seconds) = function.queue.visibility_changes.lock().unwrap()[0].clone();
    assert!((25..=40).contains(&seconds), "{seconds} s");
    function.claims.end_leases();
    assert!(function.failed_ids(vec![message("second", 2)]).await.is_empty());
    assert_eq!((function.received_requests(), function.retries().len()), (1, 0));
}

/// The worker crashed at each receive, and SQS moved the message to the dead-letter queue.
#[tokio::test]
async fn redriven_message_takes_over_the_claim_of_a_crash() {
    let function = Function::new().await;
    assert!(function.failed_ids(vec![unique_record("m", "github", 1)]).await.is_empty());
    function.claims.end_leases();
    assert!(function.failed_ids(vec![redriven("n", "m", "github")]).await.is_empty());
    assert_eq!(
        function.received_requests(),
        2,
        "whether the first worker delivered is unknown, so nothing may be lost"
    );
}

/// SQS delivers a message a second time while the first worker delivers its event. Only the first worker may finish the
/// message: a retry message would be delivered after the end of the lease.
#[tokio::test]
async fn second_receive_during_the_lease_leaves_the_message_to_the_first() {
    let function = Function::new().await;
    assert!(function.failed_ids(vec![unique_record("m", "github", 1)]).await.is_empty());
    assert_eq!(function.failed_ids(vec![unique_record("m", "github", 2)]).await, ["m"]);
    assert_eq!((function.received_requests(), function.retries().len(), function.dead_letters().len()), (1, 0, 0));
}

/// The first receive moves the paused delivery. Two retry messages would be delivered twice.
#[tokio::test]
async fn second_receive_during_the_lease_moves_no_other_delivery() {
    let function = Function::new().await;
    let paused = StoredState { is_paused: true, open: None };
    function.claims.states.lock().unwrap().insert("audit".to_owned(), paused);
    assert_eq!(function.retried_destinations(vec![unique_record("m", "both", 1)]).await, ["audit"]);
    let key = function.claims.claims.lock().unwrap().keys().next().cloned().unwrap();
    let until = now() + 20;
    let (owner, request, message) = ("first".into(), "request-m".into(), "m".into());
    let running = StoredClaim::Leased { owner, request, message, mode: ClaimMode::OneWrite, until };
    function.claims.claims.lock().unwrap().insert(key, running);
    assert_eq!(function.failed_ids(vec![unique_record("m", "both", 2)]).await, ["m"]);
    assert_eq!(function.retries().len(), 1, "no second retry message");
}

/// A failed delivery leaves an item, so a later message of the same key is marked as completed.
#[tokio::test]
async fn key_that_was_released_needs_two_writes() {
    let function = Function::new().await;
    function.receiver.respond_with(503, None);
    assert_eq!(function.retried_destinations(vec![unique_record("m", "github", 1)]).await, ["orders"]);
    let ended = function.claims.claims.lock().unwrap().values().next().cloned().unwrap();
    assert!(matches!(ended, StoredClaim::Leased { mode: ClaimMode::TwoWrites, until: 0, .. }), "{ended:?}");
    let request = json!({
        "message": message_body(unique_event("m", "github")),
        "destination": "orders",
        "attempts": 1,
        "first_failed_at": now(),
        "not_before": now(),
        "first_seen": "",
        "reason": "http_503",
    });
    assert!(function.failed_ids(vec![retry_record("r", &request)]).await.is_empty());
    let claims = function.claims.claims.lock().unwrap().clone();
    assert_eq!(claims.values().collect::<Vec<_>>(), [&StoredClaim::Done]);
}
