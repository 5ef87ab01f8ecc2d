use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::fixture::{Function, event, same};

fn key(destination: &str) -> String {
    format!("{}#{destination}", event("both").dedup_key.as_str())
}

#[tokio::test]
async fn the_same_event_again_has_no_second_effect() {
    let function = Function::new().await;
    for (id, receives) in [("a", 1), ("b", 1), ("c", 4)] {
        assert!(function.failures(vec![same(id, "github", receives)]).await.is_empty());
    }
    assert_eq!((function.received(), function.letters().len()), (1, 0));
}

#[tokio::test]
async fn of_two_at_the_same_time_one_delivers_and_the_other_waits_for_it() {
    let function = Function::new().await;
    let failures = function.failures(vec![same("a", "github", 1), same("b", "github", 1)]).await;
    assert_eq!((failures.len(), function.received()), (1, 1));
    let (_, seconds) = function.queue.visibility.lock().unwrap()[0].clone();
    assert!((1..=40).contains(&seconds), "until the lease can have ended, not {seconds}");
    assert!(function.failures(vec![same(&failures[0], "github", 2)]).await.is_empty());
    assert_eq!(function.received(), 1);
}

#[tokio::test]
async fn of_two_destinations_only_the_one_that_failed_is_tried_again() {
    let function = Function::new().await;
    function.sink.answer(200, None);
    function.sink.answer(503, None);
    assert_eq!(function.failures(vec![same("m", "both", 1)]).await, ["m"]);
    assert_eq!(function.received(), 2);
    assert!(function.failures(vec![same("m", "both", 2)]).await.is_empty());
    assert_eq!((function.received(), function.letters().len()), (3, 0));
    let claims = function.claims.claims.lock().unwrap().clone();
    assert_eq!((&claims[&key("orders")], &claims[&key("audit")]), (&None, &None), "both are done");
}

#[tokio::test]
async fn what_was_given_up_can_be_redriven() {
    let function = Function::new().await;
    function.sink.answer(404, None);
    assert!(function.failures(vec![same("m", "github", 1)]).await.is_empty());
    assert_eq!(function.letters()[0]["reason"], "http_404");
    assert!(function.failures(vec![same("redriven", "github", 1)]).await.is_empty());
    assert_eq!((function.received(), function.letters().len()), (2, 1));
}

#[tokio::test]
async fn a_table_that_does_not_answer_stops_deliveries_and_loses_nothing() {
    let function = Function::new().await;
    *function.claims.down.lock().unwrap() = true;
    assert_eq!(function.failures(vec![same("m", "github", 1)]).await, ["m"]);
    assert_eq!(function.received(), 0);
    *function.claims.down.lock().unwrap() = false;
    assert!(function.failures(vec![same("m", "github", 2)]).await.is_empty());
    assert_eq!(function.received(), 1);
}

/// Whoever crashed in the middle left a lease behind.
#[tokio::test]
async fn a_lease_that_has_ended_is_taken_over() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let key = format!("{}#orders", event("github").dedup_key.as_str());
    for (until, received) in [(now + 60, 0), (now - 1, 1)] {
        let function = Function::new().await;
        function.claims.claims.lock().unwrap().insert(key.clone(), Some(("crashed".into(), until)));
        let failures = function.failures(vec![same("m", "github", 1)]).await;
        assert_eq!((failures.len(), function.received()), (1 - received, received));
    }
}

/// Shorter than six times the function's time, for which the message stays invisible.
#[tokio::test]
async fn a_lease_lasts_as_long_as_the_function_can() {
    let function = Function::new().await;
    let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let hanging = function.response(vec![same("m", "slow", 1)], Duration::from_secs(20));
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
async fn without_a_table_every_attempt_delivers() {
    let function = Function::with("HOOKLINE_IDEMPOTENCY_TABLE", None).await;
    for _ in 0..2 {
        assert!(function.failures(vec![same("m", "github", 1)]).await.is_empty());
    }
    assert_eq!(function.received(), 2);
    assert!(function.claims.claims.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_redriven_batch_reports_nothing_that_was_done() {
    let function = Function::new().await;
    assert!(function.failures(vec![same("m", "github", 1)]).await.is_empty());
    let response = function.response(vec![same("n", "github", 1)], Duration::from_secs(30)).await;
    assert_eq!(response, json!({ "batchItemFailures": [] }));
}
