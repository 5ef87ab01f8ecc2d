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

/// GitLab's requests for a flag that is switched on, off and on again.
#[tokio::test]
async fn feature_flag_with_idempotency_keys_causes_three_events() {
    let requests = [(1, true), (2, false), (3, true)].map(|(number, is_active)| {
        let body = format!(
            "{{\"object_kind\":\"feature_flag\",\"object_attributes\":{{\"id\":6,\"name\":\"f\",\"active\":{is_active}}}}}"
        );
        let key = format!("11111111-0000-4000-8000-00000000000{number}");
        sign_request("gitlab", body.as_bytes()).with_header("Idempotency-Key", &key)
    });
    assert_eq!(distinct_keys(&requests).await, 3);
    let [first, ..] = requests;
    let lower_case = first.clone().without_header("Idempotency-Key");
    let lower_case = lower_case.with_header("idempotency-key", "11111111-0000-4000-8000-000000000001");
    assert_eq!(distinct_keys(&[first, lower_case]).await, 1);
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

/// Process can thus notice that a sender uses one id for two bodies, of which it delivers the first.
#[tokio::test]
async fn event_with_an_id_has_the_hash_of_its_body() {
    let function = Function::new();
    let hash = async |request: SignedRequest| {
        assert_eq!(function.status(request.event()).await, 202);
        function.queued_events().pop().unwrap().data_hash
    };
    let first = hash(sign_request("stripe", b"{\"id\":\"e\"}")).await;
    assert_eq!(first.as_ref().map(|hash| hash.as_str().len()), Some(32));
    assert_eq!(hash(sign_request("stripe", b"{\"id\":\"e\"}")).await, first);
    let other = hash(sign_request("stripe", b"{\"id\":\"e\",\"n\":1}")).await;
    assert!(other.is_some() && other != first);
    assert!(hash(feature_flag(true).with_header("Idempotency-Key", "1")).await.is_some());
    // The key is derived from the body or from nothing.
    for request in [sign_request("stripe", b"{}"), sign_request("github", b"{}"), feature_flag(true)] {
        assert_eq!(hash(request).await, None);
    }
    let mut event = gateway_request("/events", &[("Ce-Id", "order-17")], b"{}");
    event["requestContext"]["authorizer"] = json!({ "claims": { "client_id": "billing" } });
    assert_eq!(function.status(event).await, 202);
    assert!(function.queued_events().pop().unwrap().data_hash.is_some());
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
