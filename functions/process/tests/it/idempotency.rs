use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hookline_event::{DataHash, DedupKey, Event};
use hookline_telemetry::{Level, Settings, capture};
use process::ClaimMode;
use serde_json::{Value, json};

use crate::fixture::{Function, StoredClaim, event, message_body, record, repeated_record, unique_record};

fn key(destination: &str) -> String {
    format!("{}#{destination}", event("both").dedup_key.as_str())
}

/// The sender repeats a request: the second one has the same deduplication key.
fn duplicate(id: &str) -> Value {
    let request_id = Some(format!("request-{id}"));
    record(id, &message_body(Event { request_id, ..event("github") }), 1)
}

#[tokio::test]
async fn duplicate_event_is_delivered_once() {
    for mode in ["one_write", "two_writes"] {
        let function = Function::with_variable("HOOKLINE_IDEMPOTENCY_MODE", Some(mode)).await;
        let log = capture(Settings { level: Level::Info, service: "hookline-test".into(), function: "process" });
        for id in ["a", "b", "c"] {
            assert!(function.retried_destinations(vec![duplicate(id)]).await.is_empty(), "{mode}");
            function.claims.end_leases();
        }
        assert_eq!((function.received_requests(), function.dead_letters().len()), (1, 0), "{mode}");
        let outcomes: Vec<_> =
            log.lines().iter().filter_map(|line| line["outcome"].as_str().map(str::to_owned)).collect();
        let expected = ["cold_start", "delivered", "batch_summary", "already_delivered", "already_delivered"];
        assert_eq!(outcomes, expected, "{mode}");
    }
}

#[tokio::test]
async fn delivery_needs_one_write_or_two() {
    for (mode, writes) in [("one_write", 1), ("two_writes", 2)] {
        let function = Function::with_variable("HOOKLINE_IDEMPOTENCY_MODE", Some(mode)).await;
        assert!(function.failed_ids(vec![unique_record("m", "github", 1)]).await.is_empty());
        assert_eq!(*function.claims.writes.lock().unwrap(), writes, "{mode}");
    }
}

/// The process crashed after the claim, or the response to the batch was lost: SQS delivers the message again.
#[tokio::test]
async fn message_received_again_after_a_crash_takes_over_its_claim() {
    let function = Function::new().await;
    assert!(function.failed_ids(vec![unique_record("m", "github", 1)]).await.is_empty());
    function.claims.end_leases();
    assert!(function.failed_ids(vec![unique_record("m", "github", 2)]).await.is_empty());
    assert_eq!(function.received_requests(), 2, "the documented repeat");
    let claims = function.claims.claims.lock().unwrap().clone();
    assert_eq!(claims.values().collect::<Vec<_>>(), [&StoredClaim::Done], "later receives use two writes");
}

/// A redrive sends an event to all its destinations, so those that have the event must be marked before the move.
#[tokio::test]
async fn delivered_destinations_are_marked_before_the_event_can_be_received_again() {
    for status in [503, 404] {
        let function = Function::new().await;
        function.receiver.respond_with(200, None);
        function.receiver.respond_with(status, None);
        assert_eq!(function.failed_ids(vec![unique_record("m", "both", 1)]).await, [""; 0]);
        function.claims.end_leases();
        assert_eq!(function.failed_ids(vec![unique_record("m", "both", 1)]).await, [""; 0], "redriven");
        assert_eq!(function.received_requests(), 3, "{status}: only the failed destination gets the event again");
    }
}

/// An event of an earlier version has no request id.
#[tokio::test]
async fn event_without_request_id_has_two_writes() {
    let function = Function::new().await;
    let message = message_body(Event { request_id: None, ..event("github") });
    assert!(function.failed_ids(vec![record("m", &message, 1)]).await.is_empty());
    assert_eq!(*function.claims.writes.lock().unwrap(), 2);
}

/// A flag is switched on, off and on again. The first and the third event have equal bodies, but keys of their own.
#[tokio::test]
async fn events_with_equal_payloads_and_different_keys_are_all_delivered() {
    let function = Function::new().await;
    for (number, is_active) in [(1, true), (2, false), (3, true)] {
        let flag = json!({ "object_kind": "feature_flag", "object_attributes": { "id": 6, "name": "f", "active": is_active } });
        let id = format!("11111111-0000-4000-8000-00000000000{number}");
        let dedup_key = DedupKey::from_delivery_id("/webhooks/github", &id);
        let event = Event { data: flag.to_string().into(), dedup_key, ..event("github") };
        for receive in ["a", "b"] {
            let message = record(&format!("{number}{receive}"), &message_body(event.clone()), 1);
            assert!(function.failed_ids(vec![message]).await.is_empty());
            function.claims.end_leases();
        }
    }
    assert_eq!((function.received_requests(), function.dead_letters().len()), (3, 0));
}

#[tokio::test]
async fn concurrent_duplicate_waits_for_the_lease() {
    let function = Function::new().await;
    assert_eq!(function.retried_destinations(vec![duplicate("a"), duplicate("b")]).await, ["orders"]);
    assert_eq!(function.received_requests(), 1);
    let retry = function.retries()[0].clone();
    let seconds = retry["delay_seconds"].as_u64().unwrap();
    assert!((1..=40).contains(&seconds), "the wait ends with the lease, not after {seconds} s");
    assert_eq!((&retry["attempts"], &retry["reason"]), (&json!(0), &json!("")), "there was no attempt");
    function.claims.end_leases();
    let retry = function.take_due_retry("r", 40);
    assert!(function.retried_destinations(vec![retry]).await.is_empty());
    assert_eq!(function.received_requests(), 1);
}

#[tokio::test]
async fn only_the_failed_destination_is_retried() {
    let function = Function::new().await;
    function.receiver.respond_with(200, None);
    function.receiver.respond_with(503, None);
    assert_eq!(function.retried_destinations(vec![repeated_record("m", "both", 1)]).await.len(), 1);
    assert_eq!(function.received_requests(), 2);
    let retry = function.take_due_retry("r", 10);
    assert!(function.retried_destinations(vec![retry]).await.is_empty());
    assert_eq!((function.received_requests(), function.dead_letters().len()), (3, 0));
    let claims = function.claims.claims.lock().unwrap().clone();
    let both = (&claims[&key("orders")], &claims[&key("audit")]);
    assert_eq!(both, (&StoredClaim::Done, &StoredClaim::Done), "both are completed");
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
    assert_eq!(function.retried_destinations(vec![repeated_record("m", "github", 1)]).await, ["orders"]);
    assert_eq!(function.received_requests(), 0);
    *function.claims.is_unavailable.lock().unwrap() = false;
    let retry = function.take_due_retry("r", 10);
    assert!(function.retried_destinations(vec![retry]).await.is_empty());
    assert_eq!(function.received_requests(), 1);
}

/// A worker that crashed during a delivery does not release its lease.
#[tokio::test]
async fn expired_lease_is_taken_over() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let key = format!("{}#orders", event("github").dedup_key.as_str());
    for (until, received) in [(now + 60, 0), (now - 1, 1)] {
        let function = Function::new().await;
        let (owner, request, message) = ("crashed".into(), "other".into(), "other".into());
        let lease = StoredClaim::Leased { owner, request, message, mode: ClaimMode::TwoWrites, until };
        function.claims.claims.lock().unwrap().insert(key.clone(), lease);
        let waiting = function.retried_destinations(vec![repeated_record("m", "github", 1)]).await;
        assert_eq!((waiting.len(), function.received_requests()), (1 - received, received));
    }
}

/// The lease is shorter than the visibility timeout of the queue, which is six times the function timeout.
#[tokio::test]
async fn lease_lasts_as_long_as_the_function_can_run() {
    let function = Function::new().await;
    let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let hanging = function.response(vec![repeated_record("m", "slow", 1)], Duration::from_secs(20));
    let until = tokio::select! {
        _ = hanging => panic!("the destination hangs"),
        until = async {
            loop {
                if let Some(StoredClaim::Leased { until, .. }) = function.claims.claims.lock().unwrap().values().next() {
                    break *until;
                }
                tokio::task::yield_now().await;
            }
        } => until,
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
async fn duplicate_of_a_delivered_event_is_acknowledged() {
    let function = Function::new().await;
    assert!(function.failed_ids(vec![duplicate("m")]).await.is_empty());
    function.claims.end_leases();
    let response = function.response(vec![duplicate("n")], Duration::from_secs(30)).await;
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

#[tokio::test]
async fn redriven_event_is_delivered_despite_its_failed_claim() {
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
    assert!(function.failed_ids(vec![duplicate("m")]).await.is_empty());
    function.claims.end_leases();
    let log = capture(Settings { level: Level::Info, service: "hookline-test".into(), function: "process" });
    assert!(function.failed_ids(vec![duplicate("n")]).await.is_empty());
    let lines = log.lines();
    let line = lines.iter().find(|line| line["outcome"] == "already_delivered").unwrap();
    assert_eq!((&line["AlreadyDelivered"], &line["source"]), (&json!(1), &json!("github")));
}

/// A sender uses one id for two bodies. Only the first one is delivered, so an operator must see the second one.
#[tokio::test]
async fn reused_id_is_logged_and_counted() {
    let function = Function::new().await;
    let message = |id: &str, data: &'static str| {
        let data_hash = Some(DataHash::new(data.as_bytes()));
        let request_id = Some(format!("request-{id}"));
        let dedup_key = DedupKey::from_signed_id("/webhooks/github", "evt_1");
        record(id, &message_body(Event { data: data.into(), data_hash, request_id, dedup_key, ..event("github") }), 1)
    };
    let log = capture(Settings { level: Level::Info, service: "hookline-test".into(), function: "process" });
    for (id, data) in [("a", "{}"), ("b", "{}"), ("c", "{\"n\":1}")] {
        assert!(function.failed_ids(vec![message(id, data)]).await.is_empty());
        function.claims.end_leases();
    }
    assert_eq!(function.received_requests(), 1);
    let lines: Vec<_> = log.lines().into_iter().filter(|line| line["outcome"] == "already_delivered").collect();
    let found = |name: &str| lines.iter().map(|line| line[name].clone()).collect::<Vec<_>>();
    assert_eq!(found("level"), [json!("INFO"), json!("WARN")]);
    assert_eq!(found("reason"), [json!(null), json!("id_reused")]);
    assert_eq!(found("ReusedIds"), [json!(null), json!(1)]);
    assert_eq!(found("AlreadyDelivered"), [json!(1), json!(1)]);
    assert_eq!(found("source"), [json!("github"), json!("github")]);
}
