use std::time::Duration;

use serde_json::json;

use crate::fixture::{Function, message};

#[tokio::test]
async fn a_destination_that_fails_is_tried_again_later() {
    let function = Function::new().await;
    function.sink.answer(503, None);
    assert_eq!(function.failures(vec![message("m", "github", 3)]).await, ["m"]);
    let (handle, seconds) = function.queue.visibility.lock().unwrap()[0].clone();
    assert_eq!(handle, "handle-m");
    assert!(seconds <= 40, "full jitter up to 10 s doubled twice, not {seconds}");
    assert!(function.letters().is_empty());
}

#[tokio::test]
async fn retry_after_is_respected_and_bounded() {
    for (asked, given) in [("17", 17), ("86400", 900)] {
        let function = Function::new().await;
        function.sink.answer(429, Some(asked));
        assert_eq!(function.failures(vec![message("m", "github", 1)]).await, ["m"]);
        assert_eq!(function.queue.visibility.lock().unwrap()[0].1, given);
    }
}

#[tokio::test]
async fn a_destination_that_hangs_times_out_and_is_tried_again() {
    let function = Function::new().await;
    assert_eq!(function.failures(vec![message("m", "slow", 1)]).await, ["m"]);
    assert!(function.failures(vec![message("m", "slow", 5)]).await.is_empty());
    assert_eq!(function.letters()[0]["reason"], "timeout");
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_hangs_costs_the_record_and_not_the_batch() {
    let function = Function::new().await;
    *function.queue.hangs_on.lock().unwrap() = Some("handle-slow");
    function.sink.answer(500, None);
    assert_eq!(function.failures(vec![message("slow", "github", 1), message("m", "nobody", 1)]).await, ["slow"]);
}

#[tokio::test]
async fn nothing_is_started_that_the_functions_time_cannot_end() {
    let function = Function::new().await;
    let response = function.response(vec![message("m", "github", 1)], Duration::from_secs(1)).await;
    assert_eq!(response, json!({ "batchItemFailures": [{ "itemIdentifier": "m" }] }));
    assert_eq!(function.received(), 0);
}

#[tokio::test]
async fn nobody_listening_is_tried_again() {
    let destinations = json!({
        "orders": { "kind": "http", "url": "http://127.0.0.1:1/", "timeout_ms": 400 },
        "audit": { "kind": "http", "url": "http://127.0.0.1:1/", "timeout_ms": 400 },
        "hangs": { "kind": "http", "url": "http://127.0.0.1:1/", "timeout_ms": 400 },
    });
    let function = Function::with("HOOKLINE_DESTINATIONS", Some(&destinations.to_string())).await;
    assert_eq!(function.failures(vec![message("m", "github", 1)]).await, ["m"]);
    assert!(function.failures(vec![message("m", "github", 5)]).await.is_empty());
    assert_eq!(function.letters()[0]["reason"], "connection");
}
