use std::time::{Duration, SystemTime};

use hookline_telemetry::{Level, Settings, capture};
use serde_json::json;

use crate::fixture::{Function, unique_record};

#[tokio::test]
async fn failed_destination_is_retried_with_backoff() {
    let function = Function::new().await;
    function.receiver.respond_with(503, None);
    assert_eq!(function.failed_ids(vec![unique_record("m", "github", 3)]).await, ["m"]);
    let (handle, seconds) = function.queue.visibility_changes.lock().unwrap()[0].clone();
    assert_eq!(handle, "handle-m");
    assert!(seconds <= 40, "full jitter up to 10 s doubled twice, not {seconds} s");
    assert!(function.dead_letters().is_empty());
}

#[tokio::test]
async fn retry_after_is_respected_up_to_the_limit() {
    for (requested, expected) in [("17", 17), ("86400", 900)] {
        let function = Function::new().await;
        function.receiver.respond_with(429, Some(requested));
        assert_eq!(function.failed_ids(vec![unique_record("m", "github", 1)]).await, ["m"]);
        assert_eq!(function.queue.visibility_changes.lock().unwrap()[0].1, expected);
    }
}

/// Returns the wait before the retry after a response with these headers. The backoff is at most 10 s.
async fn wait_after(headers: &[(&'static str, &str)]) -> u32 {
    let function = Function::new().await;
    function.receiver.respond_with_headers(429, headers);
    assert_eq!(function.failed_ids(vec![unique_record("m", "github", 1)]).await, ["m"]);
    let changes = function.queue.visibility_changes.lock().unwrap();
    changes[0].1
}

#[tokio::test]
async fn retry_hint_is_respected_in_each_spelling() {
    for (headers, expected) in [
        (&[("retry-after", "64.57")][..], 65),
        (&[("retry-after", "120, 2")], 120),
        (&[("retry-after", "2, 120")], 120),
        (&[("retry-after", "2"), ("retry-after", "120")], 120),
        (&[("x-ratelimit-reset-after", "64.57")], 65),
        (&[("ratelimit-reset", "70")], 70),
        (&[("ratelimit", "\"default\";r=0;t=70")], 70),
        (&[("ratelimit", "limit=100, remaining=0, reset=70")], 70),
        (&[("retry-after", "soon"), ("ratelimit-reset", "70")], 70),
        (&[("retry-after", "80"), ("ratelimit-reset", "70")], 80),
    ] {
        assert_eq!(wait_after(headers).await, expected, "{headers:?}");
    }
    assert!(wait_after(&[("retry-after", "soon")]).await <= 10);
    let date = SystemTime::now() + Duration::from_secs(200);
    let wait = wait_after(&[("retry-after", &httpdate::fmt_http_date(date))]).await;
    assert!((190..=200).contains(&wait), "{wait}");
}

#[tokio::test]
async fn shortened_retry_hint_is_logged() {
    let log = capture(Settings { level: Level::Info, service: "hookline-test".into(), function: "process" });
    assert_eq!(wait_after(&[("retry-after", "2814, 2")]).await, 900);
    let lines = log.lines();
    let retried = lines.iter().find(|line| line["outcome"] == "retried").unwrap();
    assert_eq!(retried["detail"], "the destination requested a wait of 2814 s; the limit is 900 s");
}

#[tokio::test]
async fn hanging_destination_times_out_and_is_retried() {
    let function = Function::new().await;
    assert_eq!(function.failed_ids(vec![unique_record("m", "slow", 1)]).await, ["m"]);
    assert!(function.failed_ids(vec![unique_record("m", "slow", 5)]).await.is_empty());
    assert_eq!(function.dead_letters()[0]["reason"], "timeout");
}

#[tokio::test(start_paused = true)]
async fn hanging_queue_fails_only_its_record() {
    let function = Function::new().await;
    *function.queue.hang_on_handle.lock().unwrap() = Some("handle-slow");
    function.receiver.respond_with(500, None);
    assert_eq!(
        function.failed_ids(vec![unique_record("slow", "github", 1), unique_record("m", "unrouted", 1)]).await,
        ["slow"]
    );
}

#[tokio::test]
async fn no_delivery_starts_after_the_deadline() {
    let function = Function::new().await;
    let response = function.response(vec![unique_record("m", "github", 1)], Duration::from_secs(1)).await;
    assert_eq!(response, json!({ "batchItemFailures": [{ "itemIdentifier": "m" }] }));
    assert_eq!(function.received_requests(), 0);
}

#[tokio::test]
async fn failed_connection_is_retried() {
    let destinations = json!({
        "orders": { "kind": "http", "url": "http://127.0.0.1:1/", "timeout_ms": 400 },
        "audit": { "kind": "http", "url": "http://127.0.0.1:1/", "timeout_ms": 400 },
        "hangs": { "kind": "http", "url": "http://127.0.0.1:1/", "timeout_ms": 400 },
    });
    let function = Function::with_variable("HOOKLINE_DESTINATIONS", Some(&destinations.to_string())).await;
    assert_eq!(function.failed_ids(vec![unique_record("m", "github", 1)]).await, ["m"]);
    assert!(function.failed_ids(vec![unique_record("m", "github", 5)]).await.is_empty());
    assert_eq!(function.dead_letters()[0]["reason"], "connection_failed");
}
