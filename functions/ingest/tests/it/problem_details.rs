//! The texts that a sender reads.

use std::collections::BTreeMap;

use crate::fixture::{
    Function, QueueBehavior, SECRET, SecretStoreBehavior, gateway_request, github_request, strict_request,
    webhook_request,
};

/// The response to one rejected request of each kind.
#[tokio::test]
async fn each_rejection_has_its_problem_details() {
    let function = Function::new();
    let mut responses = BTreeMap::new();
    let large = vec![b'x'; ingest::MAX_BODY_BYTES + 1];
    let html = serde_json::from_str(&strict_request(b"{}").to_string().replace("application/json", "text/html"));
    for (name, event) in [
        ("not authentic", github_request("push", "wrong", b"{}")),
        ("empty body", github_request("push", SECRET, b"")),
        ("invalid JSON", strict_request(b"{")),
        ("unknown source", webhook_request("unknown", &[], b"{}")),
        ("body too large", webhook_request("github", &[], &large)),
        ("unsupported content type", html.unwrap()),
        ("event without a caller", gateway_request("/events", &[], b"{}")),
    ] {
        let (_, headers, body) = function.call(event).await;
        responses.insert(name, (headers, body));
    }
    *function.payloads.is_unavailable.lock().unwrap() = true;
    let (_, headers, body) = function.call(github_request("push", SECRET, &vec![b'1'; 300_000])).await;
    responses.insert("bucket unavailable", (headers, body));
    *function.queue.behavior.lock().unwrap() = QueueBehavior::Rejects;
    let (_, headers, body) = function.call(github_request("push", SECRET, b"{}")).await;
    responses.insert("queue unavailable", (headers, body));
    *function.queue.behavior.lock().unwrap() = QueueBehavior::Panics;
    let (_, headers, body) = function.call(github_request("push", SECRET, b"{}")).await;
    responses.insert("internal error", (headers, body));
    let function = Function::new();
    function.secrets.set_behavior(SecretStoreBehavior::Unavailable);
    let (_, headers, body) = function.call(github_request("push", SECRET, b"{}")).await;
    responses.insert("secret store unavailable", (headers, body));
    insta::assert_json_snapshot!(responses);
}
