use std::time::Duration;

use hookline_secrets::Stage;

use crate::fixture::{Function, SECRET, StoreMood, github};

#[tokio::test(start_paused = true)]
async fn a_rotation_loses_nothing() {
    let function = Function::new();
    assert_eq!(function.status(github("push", SECRET, b"{}")).await, 202);

    // At once: an ordinary fetch is no look that a bad signature caused.
    function.secrets.put("github", Stage::Previous, SECRET);
    function.secrets.put("github", Stage::Current, "rotated");
    assert_eq!(function.status(github("push", "rotated", b"{}")).await, 202, "the new one, looked up at once");
    assert_eq!(function.status(github("push", SECRET, b"{}")).await, 202, "the previous one still counts");
}

#[tokio::test(start_paused = true)]
async fn bad_signatures_cause_at_most_one_look_in_thirty_seconds() {
    let function = Function::new();
    for _ in 0..100 {
        assert_eq!(function.status(github("push", "wrong", b"{}")).await, 401);
    }
    assert_eq!(function.secrets.calls(), 4, "current and previous, fetched once and looked at once more");
    tokio::time::advance(Duration::from_secs(31)).await;
    for _ in 0..100 {
        assert_eq!(function.status(github("push", "wrong", b"{}")).await, 401);
    }
    assert_eq!(function.secrets.calls(), 6);
}

#[tokio::test(start_paused = true)]
async fn secrets_are_kept_for_their_time_and_no_longer() {
    let function = Function::new();
    for (advance, calls) in [(0, 2), (299, 2), (2, 4)] {
        tokio::time::advance(Duration::from_secs(advance)).await;
        assert_eq!(function.status(github("push", SECRET, b"{}")).await, 202);
        assert_eq!(function.secrets.calls(), calls);
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_goes_down_leaves_known_secrets_in_use() {
    let function = Function::new();
    assert_eq!(function.status(github("push", SECRET, b"{}")).await, 202);
    function.secrets.become_(StoreMood::Down);
    tokio::time::advance(Duration::from_secs(301)).await;
    assert_eq!(function.status(github("push", SECRET, b"{}")).await, 202);
    assert_eq!(function.status(github("push", "wrong", b"{}")).await, 401);
}

#[tokio::test(start_paused = true)]
async fn secrets_are_not_used_for_ever_without_the_store() {
    let function = Function::new();
    assert_eq!(function.status(github("push", SECRET, b"{}")).await, 202);
    function.secrets.become_(StoreMood::Down);
    for (minutes, status) in [(6, 202), (50, 202), (10, 503)] {
        tokio::time::advance(Duration::from_secs(60 * minutes)).await;
        assert_eq!(function.status(github("push", SECRET, b"{}")).await, status);
    }
}

#[tokio::test(start_paused = true)]
async fn a_withdrawn_secret_stops_counting() {
    let function = Function::new();
    assert_eq!(function.status(github("push", SECRET, b"{}")).await, 202);
    function.secrets.become_(StoreMood::Refuses);
    tokio::time::advance(Duration::from_secs(301)).await;
    assert_eq!(function.status(github("push", SECRET, b"{}")).await, 503);
}
