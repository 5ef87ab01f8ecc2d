//! Failures of the queue and of the secret store.

use hookline_aws::Stage;
use serde_json::json;

use crate::fixture::{Function, QueueBehavior, SECRET, SecretStoreBehavior, github_request};

#[tokio::test]
async fn unconfirmed_message_returns_503_with_retry_after() {
    let function = Function::new();
    *function.queue.behavior.lock().unwrap() = QueueBehavior::Rejects;
    let (status, headers, body) = function.call(github_request("push", SECRET, b"{}")).await;
    assert_eq!((status, &headers["retry-after"]), (503, &json!("10")));
    assert_eq!(body["detail"], "The service cannot queue events now; send the request again.");
}

#[tokio::test(start_paused = true)]
async fn hanging_queue_returns_503_before_the_deadline() {
    let function = Function::new();
    *function.queue.behavior.lock().unwrap() = QueueBehavior::Hangs;
    let (status, _, body) = function.call(github_request("push", SECRET, b"{}")).await;
    assert_eq!((status, &body["detail"]), (503, &json!("The service did not finish in time; send the request again.")));
}

#[tokio::test]
async fn panic_returns_500_and_the_function_continues() {
    let function = Function::new();
    *function.queue.behavior.lock().unwrap() = QueueBehavior::Panics;
    let (status, _, body) = function.call(github_request("push", SECRET, b"{}")).await;
    assert_eq!((status, &body["detail"]), (500, &json!("The service failed.")));
    *function.queue.behavior.lock().unwrap() = QueueBehavior::Confirms;
    assert_eq!(function.status(github_request("push", SECRET, b"{}")).await, 202);
}

#[tokio::test]
async fn blank_secret_returns_503() {
    for value in ["", " ", "\n"] {
        let function = Function::new();
        function.secrets.set("github", Stage::Current, value);
        // Keys that a faulty implementation might use instead of a blank secret.
        for signed_with in [SECRET, "\0"] {
            assert_eq!(function.status(github_request("push", signed_with, b"{}")).await, 503, "{value:?}");
        }
        assert!(function.queued_events().is_empty());
    }
}

#[tokio::test]
async fn missing_secret_returns_503() {
    let function = Function::new();
    function.secrets.remove("github");
    assert_eq!(function.status(github_request("push", SECRET, b"{}")).await, 503);
}

#[tokio::test]
async fn current_secret_is_used_while_the_previous_one_is_unavailable() {
    let function = Function::new();
    function.secrets.set_behavior(SecretStoreBehavior::PreviousUnavailable);
    assert_eq!(function.status(github_request("push", SECRET, b"{}")).await, 202);
}

#[tokio::test]
async fn unavailable_secret_store_returns_503() {
    let function = Function::new();
    function.secrets.set_behavior(SecretStoreBehavior::Unavailable);
    for _ in 0..20 {
        assert_eq!(function.status(github_request("push", SECRET, b"{}")).await, 503);
    }
    assert_eq!(function.secrets.calls(), 1, "a failure is cached for a short time");
}
