use hookline_aws::Stage;
use serde_json::json;

use crate::fixture::{Function, Mood, SECRET, StoreMood, github};

#[tokio::test]
async fn a_queue_that_does_not_confirm_is_503_with_retry_after() {
    let function = Function::new();
    *function.queue.mood.lock().unwrap() = Mood::Refuses;
    let (status, headers, body) = function.call(github("push", SECRET, b"{}")).await;
    assert_eq!((status, &headers["retry-after"]), (503, &json!("10")));
    assert_eq!(body["detail"], "The service cannot queue events now; send it again.");
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_hangs_is_503_before_the_functions_time_ends() {
    let function = Function::new();
    *function.queue.mood.lock().unwrap() = Mood::Hangs;
    let (status, _, body) = function.call(github("push", SECRET, b"{}")).await;
    assert_eq!((status, &body["detail"]), (503, &json!("The service did not finish in time; send it again.")));
}

#[tokio::test]
async fn a_panic_is_500_and_the_function_lives() {
    let function = Function::new();
    *function.queue.mood.lock().unwrap() = Mood::Panics;
    let (status, _, body) = function.call(github("push", SECRET, b"{}")).await;
    assert_eq!((status, &body["detail"]), (500, &json!("The service failed.")));
    *function.queue.mood.lock().unwrap() = Mood::Confirms;
    assert_eq!(function.status(github("push", SECRET, b"{}")).await, 202);
}

#[tokio::test]
async fn no_secret_is_503_and_never_a_pass() {
    for value in ["", " ", "\n"] {
        let function = Function::new();
        function.secrets.put("github", Stage::Current, value);
        // Signed with what an implementation would use that took the blank secret as it is, or as nothing.
        for signed_with in [SECRET, "\0"] {
            assert_eq!(function.status(github("push", signed_with, b"{}")).await, 503, "{value:?}");
        }
        assert!(function.queued().is_empty());
    }
}

#[tokio::test]
async fn a_secret_that_was_never_filled_is_503() {
    let function = Function::new();
    function.secrets.remove("github");
    assert_eq!(function.status(github("push", SECRET, b"{}")).await, 503);
}

#[tokio::test]
async fn the_current_secret_counts_while_the_previous_one_cannot_be_had() {
    let function = Function::new();
    function.secrets.become_(StoreMood::PreviousDown);
    assert_eq!(function.status(github("push", SECRET, b"{}")).await, 202);
}

#[tokio::test]
async fn a_secret_store_that_is_down_is_503() {
    let function = Function::new();
    function.secrets.become_(StoreMood::Down);
    for _ in 0..20 {
        assert_eq!(function.status(github("push", SECRET, b"{}")).await, 503);
    }
    assert_eq!(function.secrets.calls(), 1, "a failure is remembered for a while");
}
