use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hookline_telemetry::{Level, Settings, capture};
use serde_json::json;

use crate::fixture::{Function, event, repeated_record};

fn key(destination: &str) -> String {
    format!("{}#{destination}", event("both").dedup_key.as_str())
}

#[tokio::test]
async fn duplicate_event_is_delivered_once() {
    let function = Function::new().await;
    for (id, receives) in [("a", 1), ("b", 1), ("c", 4)] {
        assert!(function.failed_ids(vec![repeated_record(id, "github", receives)]).await.is_empty());
    }
    assert_eq!((function.received_requests(), function.dead_letters().len()), (1, 0));
}

#[tokio::test]
async fn concurrent_duplicate_waits_for_the_lease() {
    let function = Function::new().await;
    let failures =
        function.failed_ids(vec![repeated_record("a", "github", 1), repeated_record("b", "github", 1)]).await;
    assert_eq!((failures.len(), function.received_requests()), (1, 1));
    let (_, seconds) = function.queue.visibility_changes.lock().unwrap()[0].clone();
    assert!((1..=40).contains(&seconds), "the wait ends with the lease, not after {seconds} s");
    assert!(function.failed_ids(vec![repeated_record(&failures[0], "github", 2)]).await.is_empty());
    assert_eq!(function.received_requests(), 1);
}

#[tokio::test]
async fn only_the_failed_destination_is_retried() {
    let function = Function::new().await;
    function.receiver.respond_with(200, None);
    function.receiver.respond_with(503, None);
    assert_eq!(function.failed_ids(vec![repeated_record("m", "both", 1)]).await, ["m"]);
    assert_eq!(function.received_requests(), 2);
    assert!(function.failed_ids(vec![repeated_record("m", "both", 2)]).await.is_empty());
    assert_eq!((function.received_requests(), function.dead_letters().len()), (3, 0));
    let claims = function.claims.claims.lock().unwrap().clone();
    assert_eq!((&claims[&key("orders")], &claims[&key("audit")]), (&None, &None), "both are completed");
}

#[tokio::test]
async fn dead_lettered_event_can_be_redriven() {
    let function = Function::new().await;
    function.receiver.respond_with(404, None);
    assert!(function.failed_ids(vec![repeated_record("m", "github", 1)]).await.is_empty());
    assert_eq!(function.dead_letters()[0]["reason"], "http_404");
    assert!(function.failed_ids(vec![repeated_record("redriven", "github", 1)]).await.is_empty());
    assert_eq!((function.received_requests(), function.dead_letters().len()), (2, 1));
}

#[tokio::test]
async fn unavailable_claim_store_delays_deliveries_without_loss() {
    let function = Function::new().await;
    *function.claims.is_unavailable.lock().unwrap() = true;
    assert_eq!(function.failed_ids(vec![repeated_record("m", "github", 1)]).await, ["m"]);
    assert_eq!(function.received_requests(), 0);
    *function.claims.is_unavailable.lock().unwrap() = false;
    assert!(function.failed_ids(vec![repeated_record("m", "github", 2)]).await.is_empty());
    assert_eq!(function.received_requests(), 1);
}

/// A worker that crashed during a delivery does not release its lease.
#[tokio::test]
async fn expired_lease_is_taken_over() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let key = format!("{}#orders", event("github").dedup_key.as_str());
    for (until, received) in [(now + 60, 0), (now - 1, 1)] {
        let function = Function::new().await;
        function.claims.claims.lock().unwrap().insert(key.clone(), Some(("crashed".into(), until)));
        let failures = function.failed_ids(vec![repeated_record("m", "github", 1)]).await;
        assert_eq!((failures.len(), function.received_requests()), (1 - received, received));
    }
}

/// The lease is shorter than the visibility timeout of the queue, which is six times the function timeout.
#[tokio::test]
async fn lease_lasts_as_long_as_the_function_can_run() {
    let function = Function::new().await;
    let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let hanging = function.response(vec![repeated_record("m", "slow", 1)], Duration::from_secs(20));
    let (_, until) = tokio::select! {
        _ = hanging => panic!("the destination hangs"),
        lease = async {
            loop {
                if let Some(Some(lease)) = function.claims.claims.lock().unwrap().values().next().cloned() {
                    break lease;
                }
                tokio::task::yield_now().await;
            }
        } => lease,
    };
    assert!((19..=21).contains(&(until - started)), "{} s", until - started);
}

#[tokio::test]
async fn without_claim_store_every_attempt_delivers() {
    let function = Function::with_variable("HOOKLINE_IDEMPOTENCY_TABLE", None).await;
    for _ in 0..2 {
        assert!(function.failed_ids(vec![repeated_record("m", "github", 1)]).await.is_empty());
    }
    assert_eq!(function.received_requests(), 2);
    assert!(function.claims.claims.lock().unwrap().is_empty());
}

#[tokio::test]
async fn completed_events_are_not_reported_as_failed() {
    let function = Function::new().await;
    assert!(function.failed_ids(vec![repeated_record("m", "github", 1)]).await.is_empty());
    let response = function.response(vec![repeated_record("n", "github", 1)], Duration::from_secs(30)).await;
    assert_eq!(response, json!({ "batchItemFailures": [] }));
}

/// The message is received again only because the dead-letter queue did not confirm.
#[tokio::test]
async fn permanent_failure_is_not_repeated_while_the_dead_letter_queue_is_unavailable() {
    let function = Function::new().await;
    *function.queue.dlq_is_unavailable.lock().unwrap() = true;
    function.receiver.respond_with(404, None);
    for receives in 1..4 {
        assert_eq!(function.failed_ids(vec![repeated_record("m", "github", receives)]).await, ["m"]);
        assert_eq!(function.received_requests(), 1, "receive {receives}");
    }
    *function.queue.dlq_is_unavailable.lock().unwrap() = false;
    assert!(function.failed_ids(vec![repeated_record("m", "github", 4)]).await.is_empty());
    assert_eq!(function.dead_letters()[0]["reason"], "http_404");
    assert_eq!((function.received_requests(), function.dead_letters().len()), (1, 1));
    assert!(function.failed_ids(vec![repeated_record("redriven", "github", 1)]).await.is_empty());
    assert_eq!((function.received_requests(), function.dead_letters().len()), (2, 1));
}

/// The other destination of the event is retried.
#[tokio::test]
async fn permanent_failure_is_not_repeated_with_the_retries_of_another_destination() {
    let function = Function::new().await;
    function.receiver.respond_with(404, None);
    function.receiver.respond_with(503, None);
    assert_eq!(function.failed_ids(vec![repeated_record("m", "both", 1)]).await, ["m"]);
    assert!(function.failed_ids(vec![repeated_record("m", "both", 2)]).await.is_empty());
    assert_eq!((function.received_requests(), function.dead_letters().len()), (3, 1));
    assert_eq!(function.dead_letters()[0]["reason"], "http_404");
}

#[tokio::test]
async fn redriven_event_is_delivered_although_the_claim_has_failed() {
    let function = Function::new().await;
    *function.queue.dlq_is_unavailable.lock().unwrap() = true;
    function.receiver.respond_with(404, None);
    assert_eq!(function.failed_ids(vec![repeated_record("m", "github", 1)]).await, ["m"]);
    assert!(function.failed_ids(vec![repeated_record("other", "github", 1)]).await.is_empty());
    assert_eq!(function.received_requests(), 2);
}

#[tokio::test]
async fn already_delivered_event_is_counted_by_source() {
    let function = Function::new().await;
    assert!(function.failed_ids(vec![repeated_record("m", "github", 1)]).await.is_empty());
    let log = capture(Settings { level: Level::Info, service: "hookline-test".into(), function: "process" });
    assert!(function.failed_ids(vec![repeated_record("n", "github", 1)]).await.is_empty());
    let lines = log.lines();
    let line = lines.iter().find(|line| line["outcome"] == "already_delivered").unwrap();
    assert_eq!((&line["AlreadyDelivered"], &line["source"]), (&json!(1), &json!("github")));
}
