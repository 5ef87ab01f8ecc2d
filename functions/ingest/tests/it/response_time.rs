//! The time of the response while a dependency does not respond. The clock of these tests is paused, so the times are
//! the configured ones.

use std::time::Duration;

use ingest::{BUCKET_TIMEOUTS, QUEUE_TIMEOUTS, RESPONSE_BUDGET, SECRETS_TIMEOUTS};
use serde_json::Value;
use tokio::time::Instant;

use crate::fixture::{Function, QueueBehavior, SECRET, SecretStoreBehavior, github_request};

/// The longest time that a sender waits for a response.
const LIMIT: Duration = Duration::from_millis(2500);

/// Checks that the request returns 503 within the limit.
async fn expect_503_in_time(function: &Function, event: Value) {
    let start = Instant::now();
    let (status, headers, _) = function.call(event).await;
    assert_eq!((status, headers["retry-after"].is_string()), (503, true));
    assert!(start.elapsed() < LIMIT, "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn hanging_queue_returns_503_in_time() {
    let function = Function::new();
    *function.queue.behavior.lock().unwrap() = QueueBehavior::Hangs;
    expect_503_in_time(&function, github_request("push", SECRET, b"{}")).await;
}

#[tokio::test(start_paused = true)]
async fn hanging_payload_store_returns_503_in_time() {
    let function = Function::new();
    *function.payloads.hangs.lock().unwrap() = true;
    expect_503_in_time(&function, github_request("push", SECRET, &vec![b'1'; 300_000])).await;
    assert!(function.queued_events().is_empty());
}

#[tokio::test(start_paused = true)]
async fn hanging_secret_store_returns_503_in_time() {
    let function = Function::new();
    function.secrets.set_behavior(SecretStoreBehavior::Hangs);
    expect_503_in_time(&function, github_request("push", SECRET, b"{}")).await;
}

/// The first request of an execution environment has already waited for the initialization.
#[tokio::test(start_paused = true)]
async fn initialization_and_first_request_together_return_503_in_time() {
    let start = Instant::now();
    let function = Function::after_initialization(SecretStoreBehavior::Hangs).await;
    expect_503_in_time(&function, github_request("push", SECRET, b"{}")).await;
    assert!(start.elapsed() < LIMIT, "{:?}", start.elapsed());
}

#[test]
fn attempts_fit_into_their_call_and_a_call_into_the_response() {
    for timeouts in [SECRETS_TIMEOUTS, BUCKET_TIMEOUTS, QUEUE_TIMEOUTS] {
        assert!(timeouts.attempts >= 2, "{timeouts:?}");
        assert!(
            timeouts.attempt * 3 / 2 <= timeouts.call,
            "a second attempt has at least half of its time: {timeouts:?}"
        );
        assert!(timeouts.call < RESPONSE_BUDGET, "{timeouts:?}");
    }
    assert!(RESPONSE_BUDGET < LIMIT);
}
