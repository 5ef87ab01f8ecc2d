//! Rotation and caching of secrets.

use std::time::Duration;

use hookline_aws::Stage;

use crate::fixture::{Function, SECRET, SecretStoreBehavior, github_request, secret_for};
use crate::signed_request::sign_request;

#[tokio::test(start_paused = true)]
async fn rotation_loses_no_request() {
    let function = Function::new();
    assert_eq!(function.status(github_request("push", SECRET, b"{}")).await, 202);

    // The first fetch does not count as a refresh, so the rotated secret is read without a delay.
    function.secrets.set("github", Stage::Previous, SECRET);
    function.secrets.set("github", Stage::Current, "rotated secret");
    assert_eq!(
        function.status(github_request("push", "rotated secret", b"{}")).await,
        202,
        "the new secret is read immediately"
    );
    assert_eq!(
        function.status(github_request("push", SECRET, b"{}")).await,
        202,
        "the previous secret is still accepted"
    );
}

#[tokio::test(start_paused = true)]
async fn invalid_signatures_cause_a_limited_number_of_lookups() {
    let function = Function::new();
    for _ in 0..100 {
        assert_eq!(function.status(github_request("push", "wrong", b"{}")).await, 401);
    }
    assert_eq!(
        function.secrets.calls(),
        7,
        "the current secret, one refresh with the previous one, and four refreshes of the current one"
    );
    tokio::time::advance(Duration::from_secs(10)).await;
    for _ in 0..100 {
        assert_eq!(function.status(github_request("push", "wrong", b"{}")).await, 401);
    }
    assert_eq!(function.secrets.calls(), 12, "an unchanged secret costs one call");
    for _ in 0..100 {
        tokio::time::advance(Duration::from_secs(1)).await;
        for _ in 0..10 {
            assert_eq!(function.status(github_request("push", "wrong", b"{}")).await, 401);
        }
    }
    assert!(function.secrets.calls() <= 12 + 100 + 2, "one look-up per second: {}", function.secrets.calls());
}

/// Any sender can send a wrong signature. The authentic sender may not send its event again.
#[tokio::test(start_paused = true)]
async fn invalid_signatures_do_not_delay_a_rotation() {
    let function = Function::new();
    for _ in 0..50 {
        assert_eq!(function.status(github_request("push", "wrong", b"{}")).await, 401);
    }
    for round in 0..20 {
        let secret = format!("secret number {round}");
        function.secrets.set("github", Stage::Current, &secret);
        for _ in 0..20 {
            tokio::time::advance(Duration::from_millis(95)).await;
            assert_eq!(function.status(github_request("push", "wrong", b"{}")).await, 401);
        }
        assert_eq!(function.status(github_request("push", &secret, b"{}")).await, 202, "round {round}, after 1.9 s");
    }
}

/// An operator has stored the new secret twice, because the old one has leaked. Wrong signatures must not keep the old
/// one in the cache.
#[tokio::test(start_paused = true)]
async fn leaked_secret_is_rejected_after_the_ttl_despite_invalid_signatures() {
    let function = Function::new();
    function.secrets.set("github", Stage::Previous, "leaked secret");
    assert_eq!(function.status(github_request("push", "leaked secret", b"{}")).await, 202);
    function.secrets.set("github", Stage::Previous, SECRET);
    for _ in 0..301 {
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(function.status(github_request("push", "wrong", b"{}")).await, 401);
    }
    assert_eq!(function.status(github_request("push", "leaked secret", b"{}")).await, 401);
    assert_eq!(function.status(github_request("push", SECRET, b"{}")).await, 202);
}

#[tokio::test(start_paused = true)]
async fn secrets_are_cached_for_their_ttl() {
    let function = Function::new();
    for (advance, calls) in [(0, 1), (299, 1), (2, 2)] {
        tokio::time::advance(Duration::from_secs(advance)).await;
        assert_eq!(function.status(github_request("push", SECRET, b"{}")).await, 202);
        assert_eq!(function.secrets.calls(), calls);
    }
}

#[tokio::test(start_paused = true)]
async fn cached_secrets_are_used_while_the_store_is_unavailable() {
    let function = Function::new();
    assert_eq!(function.status(github_request("push", SECRET, b"{}")).await, 202);
    function.secrets.set_behavior(SecretStoreBehavior::Unavailable);
    tokio::time::advance(Duration::from_secs(301)).await;
    assert_eq!(function.status(github_request("push", SECRET, b"{}")).await, 202);
    // The request might be signed with the previous secret, which was not read yet.
    assert_eq!(function.status(github_request("push", "wrong", b"{}")).await, 503);
}

/// The previous secret is read only if a signature does not match the current one. A request that may be signed with
/// the previous secret must not be rejected before the store has returned that secret.
#[tokio::test(start_paused = true)]
async fn rejects_mismatch_only_after_the_previous_secret_is_read() {
    let function = Function::new();
    function.secrets.set("github", Stage::Previous, "previous");
    function.secrets.set_behavior(SecretStoreBehavior::PreviousUnavailable);
    for _ in 0..100 {
        assert_eq!(
            function.status(github_request("push", SECRET, b"{}")).await,
            202,
            "the current secret is sufficient"
        );
        assert_eq!(function.status(github_request("push", "previous", b"{}")).await, 503);
        assert_eq!(function.status(github_request("push", "wrong", b"{}")).await, 503);
    }
    assert_eq!(function.secrets.calls(), 3, "an unavailable store is not called for each request");
    function.secrets.set_behavior(SecretStoreBehavior::Available);
    tokio::time::advance(Duration::from_secs(3)).await;
    assert_eq!(function.status(github_request("push", "previous", b"{}")).await, 202);
    assert_eq!(function.status(github_request("push", "wrong", b"{}")).await, 401);
    let calls = function.secrets.calls();
    for _ in 0..100 {
        assert_eq!(function.status(github_request("push", "previous", b"{}")).await, 202);
    }
    assert_eq!(function.secrets.calls(), calls, "both secrets are cached");
}

/// The secret was rotated twice after it was fetched. The refresh reads the new current secret, but the previous one is
/// unavailable.
#[tokio::test(start_paused = true)]
async fn unavailable_previous_secret_returns_503_after_two_rotations() {
    let function = Function::new();
    assert_eq!(function.status(github_request("push", SECRET, b"{}")).await, 202);
    function.secrets.set("github", Stage::Previous, "second secret");
    function.secrets.set("github", Stage::Current, "third secret");
    function.secrets.set_behavior(SecretStoreBehavior::PreviousUnavailable);
    assert_eq!(function.status(github_request("push", "second secret", b"{}")).await, 503);
    assert_eq!(function.status(github_request("push", "third secret", b"{}")).await, 202);
}

/// The secret may have been rotated. Many senders do not repeat a request that got 401.
#[tokio::test(start_paused = true)]
async fn mismatch_returns_503_while_the_store_is_unavailable() {
    let function = Function::new();
    assert_eq!(function.status(github_request("push", "wrong", b"{}")).await, 401);
    function.secrets.set("github", Stage::Current, "second secret");
    function.secrets.set_behavior(SecretStoreBehavior::Unavailable);
    for _ in 0..20 {
        assert_eq!(function.status(github_request("push", "second secret", b"{}")).await, 503);
        assert_eq!(function.status(github_request("push", SECRET, b"{}")).await, 202);
    }
    function.secrets.set_behavior(SecretStoreBehavior::Available);
    tokio::time::advance(Duration::from_secs(3)).await;
    assert_eq!(function.status(github_request("push", "second secret", b"{}")).await, 202);
    assert_eq!(function.status(github_request("push", "wrong", b"{}")).await, 401);
}

/// A sender that changes to a key pair still signs some events with its previous key.
#[tokio::test(start_paused = true)]
async fn previous_secret_may_be_another_kind_of_key() {
    let function = Function::new();
    let signed = sign_request("standard", b"{}");
    function.secrets.set("standard", Stage::Previous, secret_for("standard"));
    function.secrets.set("standard", Stage::Current, "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
    assert_eq!(function.status(signed.event()).await, 202);
}

#[tokio::test(start_paused = true)]
async fn cached_secrets_expire_while_the_store_is_unavailable() {
    let function = Function::new();
    assert_eq!(function.status(github_request("push", SECRET, b"{}")).await, 202);
    function.secrets.set_behavior(SecretStoreBehavior::Unavailable);
    for (minutes, status) in [(6, 202), (50, 202), (10, 503)] {
        tokio::time::advance(Duration::from_secs(60 * minutes)).await;
        assert_eq!(function.status(github_request("push", SECRET, b"{}")).await, status);
    }
}

#[tokio::test(start_paused = true)]
async fn secret_scheduled_for_deletion_is_not_used() {
    let function = Function::new();
    assert_eq!(function.status(github_request("push", SECRET, b"{}")).await, 202);
    function.secrets.set_behavior(SecretStoreBehavior::Rejects);
    tokio::time::advance(Duration::from_secs(301)).await;
    assert_eq!(function.status(github_request("push", SECRET, b"{}")).await, 503);
}
