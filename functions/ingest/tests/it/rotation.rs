use std::time::Duration;

use hookline_aws::Stage;

use crate::fixture::{Function, SECRET, StoreMood, github, secret_of};
use crate::sent::signed;

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
    assert_eq!(function.secrets.calls(), 3, "the current one, and both at one more look");
    tokio::time::advance(Duration::from_secs(31)).await;
    for _ in 0..100 {
        assert_eq!(function.status(github("push", "wrong", b"{}")).await, 401);
    }
    assert_eq!(function.secrets.calls(), 5);
}

#[tokio::test(start_paused = true)]
async fn secrets_are_kept_for_their_time_and_no_longer() {
    let function = Function::new();
    for (advance, calls) in [(0, 1), (299, 1), (2, 2)] {
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
    // It might be signed with the previous one, which nobody has asked for yet.
    assert_eq!(function.status(github("push", "wrong", b"{}")).await, 503);
}

/// The previous secret is asked for only once the current one does not fit; what it may have signed is not refused before
/// the store has answered for it.
#[tokio::test(start_paused = true)]
async fn what_the_previous_secret_may_have_signed_is_refused_only_once_that_is_known() {
    let function = Function::new();
    function.secrets.put("github", Stage::Previous, "previous");
    function.secrets.become_(StoreMood::PreviousDown);
    for _ in 0..100 {
        assert_eq!(function.status(github("push", SECRET, b"{}")).await, 202, "the current one needs no other");
        assert_eq!(function.status(github("push", "previous", b"{}")).await, 503);
        assert_eq!(function.status(github("push", "wrong", b"{}")).await, 503);
    }
    assert_eq!(function.secrets.calls(), 3, "a store that does not answer is not asked for each request");
    function.secrets.become_(StoreMood::Answers);
    tokio::time::advance(Duration::from_secs(3)).await;
    assert_eq!(function.status(github("push", "previous", b"{}")).await, 202);
    assert_eq!(function.status(github("push", "wrong", b"{}")).await, 401);
    let calls = function.secrets.calls();
    for _ in 0..100 {
        assert_eq!(function.status(github("push", "previous", b"{}")).await, 202);
    }
    assert_eq!(function.secrets.calls(), calls, "both are known now");
}

/// Two rotations since the secret was fetched: the look finds a new current one, and still not all that may count.
#[tokio::test(start_paused = true)]
async fn after_two_rotations_the_previous_secret_is_waited_for_too() {
    let function = Function::new();
    assert_eq!(function.status(github("push", SECRET, b"{}")).await, 202);
    function.secrets.put("github", Stage::Previous, "second");
    function.secrets.put("github", Stage::Current, "third");
    function.secrets.become_(StoreMood::PreviousDown);
    assert_eq!(function.status(github("push", "second", b"{}")).await, 503);
    assert_eq!(function.status(github("push", "third", b"{}")).await, 202);
}

/// A sender that goes over to a key pair still signs some events with the key that it had.
#[tokio::test(start_paused = true)]
async fn a_previous_key_of_another_kind_is_found() {
    let function = Function::new();
    let signed = signed("standard", b"{}");
    function.secrets.put("standard", Stage::Previous, secret_of("standard"));
    function.secrets.put("standard", Stage::Current, "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
    assert_eq!(function.status(signed.event()).await, 202);
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
