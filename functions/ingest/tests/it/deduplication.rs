//! What makes two requests one event.

use serde_json::json;

use crate::fixture::{Function, SECRET, gateway_request, github_request};
use crate::signed_request::{SignedRequest, sign_request};

/// The number of distinct deduplication keys after these requests.
async fn distinct_keys(requests: &[SignedRequest]) -> usize {
    let function = Function::new();
    for request in requests {
        assert_eq!(function.status(request.event()).await, 202);
    }
    let keys: std::collections::HashSet<_> =
        function.queued_events().into_iter().map(|event| event.dedup_key).collect();
    keys.len()
}

fn feature_flag(is_active: bool) -> SignedRequest {
    let flag = json!({ "object_kind": "feature_flag", "object_attributes": { "id": 6, "active": is_active } });
    sign_request("gitlab", flag.to_string().as_bytes())
}

/// A feature flag is switched on, off and on again. Nothing of the requests is signed.
#[tokio::test]
async fn equal_unsigned_bodies_are_different_events() {
    let states = [true, false, true];
    for header in ["Idempotency-Key", "X-Gitlab-Event-UUID"] {
        let id = |number: usize| format!("11111111-0000-4000-8000-00000000000{number}");
        let flags: Vec<_> = states
            .into_iter()
            .enumerate()
            .map(|(number, is_active)| feature_flag(is_active).with_header(header, &id(number)))
            .collect();
        assert_eq!(distinct_keys(&flags).await, 3, "{header}");
        assert_eq!(distinct_keys(&[flags.clone(), flags].concat()).await, 3, "a retry has the id of the first attempt");
    }
    assert_eq!(distinct_keys(&states.map(feature_flag)).await, 3, "without an id, each request is an event");
    let blank = states.map(|is_active| feature_flag(is_active).with_header("Idempotency-Key", ""));
    assert_eq!(distinct_keys(&blank).await, 3, "a blank id identifies nothing");
}

/// A webhook that causes another one passes `X-Gitlab-Event-UUID` on to it.
#[tokio::test]
async fn different_bodies_with_one_event_uuid_are_different_events() {
    let with_uuid = |is_active| feature_flag(is_active).with_header("X-Gitlab-Event-UUID", "13792a34");
    assert_eq!(distinct_keys(&[with_uuid(true), with_uuid(false)]).await, 2);
}

/// An attacker could send a recorded request again with another id.
#[tokio::test]
async fn unsigned_id_does_not_make_a_signed_body_another_event() {
    for (source, header) in
        [("github", "X-GitHub-Delivery"), ("bitbucket", "X-Request-UUID"), ("shopify", "X-Shopify-Webhook-Id")]
    {
        let with_id = |id| sign_request(source, b"{}").with_header(header, id);
        assert_eq!(distinct_keys(&[with_id("a"), with_id("b")]).await, 1, "{source}");
        assert_eq!(distinct_keys(&[with_id("a"), sign_request(source, b"[]").with_header(header, "a")]).await, 2);
    }
}

/// Stripe signs the id in the body.
#[tokio::test]
async fn signed_id_decides_and_an_empty_one_does_not_count() {
    let event = |text: &str| sign_request("stripe", text.as_bytes());
    assert_eq!(distinct_keys(&[event("{\"id\":\"e\"}"), event("{\"id\":\"e\",\"n\":1}")]).await, 1);
    assert_eq!(distinct_keys(&[event("{\"id\":\"e\"}"), event("{\"id\":\"f\"}")]).await, 2);
    assert_eq!(distinct_keys(&[event("{\"id\":\"\"}"), event("{\"id\":\"\",\"n\":1}")]).await, 2);
}

#[tokio::test]
async fn event_of_a_caller_without_id_is_an_event_of_its_own() {
    let function = Function::new();
    let mut event = gateway_request("/events", &[("Content-Type", "application/json")], b"{}");
    event["requestContext"]["authorizer"] = json!({ "claims": { "client_id": "billing" } });
    for _ in 0..2 {
        assert_eq!(function.status(event.clone()).await, 202);
    }
    let queued = function.queued_events();
    assert_ne!(queued[0].dedup_key, queued[1].dedup_key);
    assert_ne!(queued[0].id, queued[1].id);
}

#[tokio::test]
async fn redelivered_github_request_is_the_same_event() {
    let function = Function::new();
    for _ in 0..2 {
        assert_eq!(function.status(github_request("push", SECRET, b"{}")).await, 202);
    }
    let queued = function.queued_events();
    assert_eq!(queued[0].dedup_key, queued[1].dedup_key);
}
