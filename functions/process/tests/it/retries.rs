use std::time::{Duration, SystemTime};

use hookline_telemetry::{Level, Settings, capture};
use serde_json::json;

use crate::fixture::{Function, message_body, now, retry_record, unique_event, unique_record};

#[tokio::test]
async fn failed_delivery_moves_to_the_retry_queue() {
    let function = Function::new().await;
    function.receiver.respond_with(503, None);
    assert_eq!(function.retried_destinations(vec![unique_record("m", "github", 1)]).await, ["orders"]);
    let mut retry = function.retries()[0].clone();
    let wait = retry["delay_seconds"].as_u64().unwrap();
    assert!((5..=10).contains(&wait), "half jitter of 10 s, not {wait} s");
    let (first, not_before) = (retry["first_failed_at"].as_u64().unwrap(), retry["not_before"].as_u64().unwrap());
    assert!((now() - 5..=now()).contains(&first) && (first + wait..=first + wait + 5).contains(&not_before), "{retry}");
    for name in ["delay_seconds", "first_failed_at", "not_before"] {
        retry.as_object_mut().unwrap().remove(name);
    }
    let expected = json!({
        "message": message_body(unique_event("m", "github")),
        "destination": "orders",
        "attempts": 1,
        "first_seen": "1767323045700",
        "reason": "http_503",
    });
    assert_eq!(retry, expected);
    assert!(function.dead_letters().is_empty() && function.queue.visibility_changes.lock().unwrap().is_empty());
}

#[tokio::test]
async fn retry_message_reaches_only_its_destination() {
    let function = Function::new().await;
    function.receiver.respond_with(503, None);
    function.receiver.respond_with(503, None);
    assert_eq!(function.retried_destinations(vec![unique_record("m", "both", 1)]).await, ["audit", "orders"]);
    function.queue.retries.lock().unwrap().remove(0);
    let retry = function.take_due_retry("r", 10);
    assert!(function.failed_ids(vec![retry]).await.is_empty());
    let paths = function.receiver.paths.lock().unwrap().clone();
    assert_eq!((paths.len(), paths[2].as_str()), (3, "/orders"));
    assert!(function.retries().is_empty() && function.dead_letters().is_empty());
}

#[tokio::test]
async fn waits_grow_until_the_last_attempt_at_the_end_of_the_time() {
    let function = Function::new().await;
    function.receiver.respond_with(503, None);
    assert_eq!(function.retried_destinations(vec![unique_record("m", "github", 1)]).await, ["orders"]);
    for (age, attempts, waits) in [(10, 2, 20..=40), (50, 3, 80..=160), (210, 4, 320..=640), (86_000, 5, 395..=400)] {
        function.receiver.respond_with(503, None);
        let retry = function.take_due_retry("r", age);
        assert_eq!(function.retried_destinations(vec![retry]).await, ["orders"]);
        let retry = function.retries()[0].clone();
        assert_eq!(retry["attempts"], attempts);
        let wait = retry["not_before"].as_u64().unwrap() - now();
        assert!(waits.contains(&wait), "attempt {attempts}: {wait} s");
        assert!(retry["delay_seconds"].as_u64().unwrap() <= 900);
    }
    function.receiver.respond_with(500, None);
    let last = function.take_due_retry("r", 86_400);
    assert!(function.retried_destinations(vec![last]).await.is_empty());
    let dead_letter = &function.dead_letters()[0];
    let facts = ["reason", "destination", "attempts", "first_seen"].map(|name| dead_letter[name].clone());
    assert_eq!(facts, [json!("http_500"), json!("orders"), json!(6), json!("1767323045700")]);
    assert_eq!(function.received_requests(), 6);
}

#[tokio::test]
async fn destination_can_be_given_up_earlier() {
    let http = json!({ "kind": "http", "url": "RECEIVER/orders", "timeout_ms": 400, "give_up_seconds": 60 });
    let function = Function::with_destination(http).await;
    for (age, is_retried) in [(59, true), (60, false)] {
        function.receiver.respond_with(503, None);
        let id = age.to_string();
        function.retried_destinations(vec![unique_record(&id, "github", 1)]).await;
        function.receiver.respond_with(503, None);
        let retry = function.take_due_retry("r", age);
        assert_eq!(!function.retried_destinations(vec![retry]).await.is_empty(), is_retried, "{age} s");
        function.queue.retries.lock().unwrap().clear();
    }
    assert_eq!(function.dead_letters().len(), 1);
}

/// SQS delays a message for at most 15 minutes.
#[tokio::test]
async fn longer_wait_is_delayed_again_without_an_attempt() {
    let function = Function::new().await;
    function.receiver.respond_with(429, Some("3600"));
    assert_eq!(function.retried_destinations(vec![unique_record("m", "github", 1)]).await, ["orders"]);
    let first = function.queue.retries.lock().unwrap().pop().unwrap();
    assert_eq!(first["delay_seconds"], 900);
    assert_eq!(function.retried_destinations(vec![retry_record("r", &first)]).await, ["orders"]);
    let second = function.queue.retries.lock().unwrap().pop().unwrap();
    assert_eq!((&second["not_before"], &second["delay_seconds"]), (&first["not_before"], &json!(900)));
    for name in ["message", "attempts", "first_failed_at", "first_seen", "reason"] {
        assert_eq!(second[name], first[name], "{name}");
    }
    assert_eq!(function.received_requests(), 1);
}

#[tokio::test]
async fn retry_after_is_respected_up_to_the_remaining_time() {
    for (requested, expected) in [("17", 17), ("3600", 3600), ("40000", 40_000), ("999999", 86_400)] {
        assert_eq!(wait_after(&[("retry-after", requested)]).await, expected);
    }
}

/// Returns the wait before the retry after a response with these headers. The wait of the policy is at most 10 s.
async fn wait_after(headers: &[(&'static str, &str)]) -> u64 {
    let function = Function::new().await;
    function.receiver.respond_with_headers(429, headers);
    assert_eq!(function.retried_destinations(vec![unique_record("m", "github", 1)]).await, ["orders"]);
    let retry = &function.retries()[0];
    retry["not_before"].as_u64().unwrap() - retry["first_failed_at"].as_u64().unwrap()
}

#[tokio::test]
async fn retry_hint_is_respected_in_each_spelling() {
    for (headers, expected) in [
        (&[("retry-after", "64.57")][..], 65),
        (&[("retry-after", "120, 2")], 120),
        (&[("Retry-After", "2814, 2")], 2814),
        (&[("retry-after", "99999999999999999999")], 86_400),
        (&[("RateLimit-Reset", "70")], 70),
        (&[("RateLimit", "\"burst\";r=0;t=70, \"day\";r=900;t=600")], 70),
        (&[("retry-after", "-1"), ("ratelimit", "\"default\";r=0;t=70")], 70),
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
    for value in ["soon", "-1", "-64.57", "", "NaN"] {
        assert!(wait_after(&[("retry-after", value)]).await <= 10, "{value}");
    }
    let date = SystemTime::now() + Duration::from_secs(200);
    let wait = wait_after(&[("retry-after", &httpdate::fmt_http_date(date))]).await;
    assert!((190..=200).contains(&wait), "{wait}");
}

#[tokio::test]
async fn shortened_retry_hint_is_logged() {
    let log = capture(Settings { level: Level::Info, service: "hookline-test".into(), function: "process" });
    assert_eq!(wait_after(&[("retry-after", "90000")]).await, 86_400);
    let lines = log.lines();
    let retried = lines.iter().find(|line| line["outcome"] == "retried").unwrap();
    assert_eq!(retried["detail"], "the destination requested a wait of 90000 s; Hookline gives up after 86400 s");
    assert_eq!(retried["retry_in_seconds"], 86_400);
}

#[tokio::test]
async fn hanging_destination_times_out_and_is_retried() {
    let function = Function::new().await;
    assert_eq!(function.retried_destinations(vec![unique_record("m", "slow", 1)]).await, ["hangs"]);
    let last = function.take_due_retry("r", 86_400);
    assert!(function.retried_destinations(vec![last]).await.is_empty());
    assert_eq!(function.dead_letters()[0]["reason"], "timeout");
}

/// The intake message is acknowledged only after the retry queue has confirmed.
#[tokio::test]
async fn message_stays_until_the_retry_queue_confirms() {
    let function = Function::new().await;
    *function.queue.retry_queue_is_unavailable.lock().unwrap() = true;
    function.receiver.respond_with(503, None);
    assert_eq!(function.failed_ids(vec![unique_record("m", "github", 1)]).await, ["m"]);
    let (handle, seconds) = function.queue.visibility_changes.lock().unwrap()[0].clone();
    assert_eq!((handle.as_str(), seconds), ("handle-m", 30));
    *function.queue.retry_queue_is_unavailable.lock().unwrap() = false;
    assert!(function.failed_ids(vec![unique_record("m", "github", 2)]).await.is_empty());
    assert_eq!((function.received_requests(), function.retries().len()), (2, 0), "delivered by the second receive");
}

/// Otherwise SQS itself would move the message to the dead-letter queue, without a reason.
#[tokio::test]
async fn last_receive_dead_letters_if_the_retry_queue_does_not_confirm() {
    let function = Function::new().await;
    *function.queue.retry_queue_is_unavailable.lock().unwrap() = true;
    function.receiver.respond_with(503, None);
    assert!(function.failed_ids(vec![unique_record("m", "github", 5)]).await.is_empty());
    let dead_letter = &function.dead_letters()[0];
    assert_eq!((&dead_letter["reason"], &dead_letter["attempts"]), (&json!("http_503"), &json!(5)));
}

#[tokio::test(start_paused = true)]
async fn hanging_queue_fails_only_its_record() {
    let function = Function::new().await;
    *function.queue.hang_on_event.lock().unwrap() = Some("slow");
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

/// The receiver may act before the timeout, so no attempt is shorter than its destination's timeout.
#[tokio::test]
async fn attempt_that_would_be_cut_short_waits() {
    let function = Function::new().await;
    let response = function.response(vec![unique_record("m", "github", 1)], Duration::from_millis(5_700)).await;
    assert_eq!(response, json!({ "batchItemFailures": [] }));
    let retry = &function.retries()[0];
    assert_eq!((&retry["attempts"], &retry["delay_seconds"], function.received_requests()), (&json!(0), &json!(5), 0));
}

#[tokio::test]
async fn failed_connection_is_retried() {
    let destinations = json!({
        "orders": { "kind": "http", "url": "http://127.0.0.1:1/", "timeout_ms": 400 },
        "audit": { "kind": "http", "url": "http://127.0.0.1:1/", "timeout_ms": 400 },
        "hangs": { "kind": "http", "url": "http://127.0.0.1:1/", "timeout_ms": 400 },
    });
    let function = Function::with_variable("HOOKLINE_DESTINATIONS", Some(&destinations.to_string())).await;
    assert_eq!(function.retried_destinations(vec![unique_record("m", "github", 1)]).await, ["orders"]);
    assert_eq!(function.retries()[0]["reason"], "connection_failed");
}

/// An operator can put a message without attributes on the retry queue, and its event is then routed.
#[tokio::test]
async fn retry_message_without_attributes_is_routed() {
    let function = Function::new().await;
    let mut message = unique_record("m", "both", 1);
    message["eventSourceARN"] = json!("arn:aws:sqs:us-east-2:123456789012:retry");
    assert!(function.retried_destinations(vec![message]).await.is_empty());
    assert_eq!(function.received_requests(), 2);
}

/// The configuration has changed since the first attempt.
#[tokio::test]
async fn retry_for_a_removed_destination_is_dead_lettered() {
    let function = Function::new().await;
    let mut retry =
        json!({ "message": message_body(unique_event("m", "github")), "destination": "removed", "attempts": 2 });
    for name in ["first_failed_at", "not_before", "first_seen", "reason"] {
        retry[name] = json!("");
    }
    assert!(function.retried_destinations(vec![retry_record("r", &retry)]).await.is_empty());
    let dead_letter = &function.dead_letters()[0];
    assert_eq!(
        (&dead_letter["reason"], &dead_letter["destination"]),
        (&json!("unknown_destination"), &json!("removed"))
    );
}
