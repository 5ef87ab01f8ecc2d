use serde_json::json;

use crate::fixture::{Function, SECRET, gateway_event, github, webhook};

#[tokio::test]
async fn a_signed_push_is_queued_and_answered_202() {
    let function = Function::new();
    let (status, _, body) = function.call(github("push", SECRET, b"{\"ref\":\"refs/heads/main\"}")).await;
    assert_eq!((status, body), (202, json!({ "id": "72d3162e-cc78-11e3-81ab-4c9367dc0958" })));
    let messages = function.queue.messages.lock().unwrap().clone();
    let message: serde_json::Value = serde_json::from_str(&messages[0]).unwrap();
    insta::assert_json_snapshot!(message, { ".time" => "[time]" });
}

#[tokio::test]
async fn the_exact_bytes_are_queued() {
    let function = Function::new();
    for body in [&b"{}"[..], b"{\"b\":1, \"a\":\"\\u001B\\u001b\"}\r\n", b"null"] {
        assert_eq!(function.status(github("push", SECRET, body)).await, 202);
        assert_eq!(function.queued().last().unwrap().data, body.to_vec().into());
    }
}

#[tokio::test]
async fn header_names_come_in_any_case() {
    let event = github("push", SECRET, b"{}").to_string().replace("X-Hub-Signature-256", "x-hub-signature-256");
    assert_eq!(Function::new().status(serde_json::from_str(&event).unwrap()).await, 202);
}

#[tokio::test]
async fn octets_are_queued_as_they_are() {
    let function = Function::new();
    let body: Vec<u8> = (0..=255).collect();
    // openssl dgst -sha256 -hmac "It's a Secret to Everybody" -binary | base64
    let headers = [
        ("X-Acme-Signature", "v1=kK6IY5ARMbhB6M9cSEgG33A7CC/HsyklUjCOw/NpaVY="),
        ("Content-Type", "application/octet-stream"),
    ];
    assert_eq!(function.status(webhook("acme", &headers, &body)).await, 202);
    let queued = function.queued();
    assert_eq!(queued[0].data, body.clone().into());
    assert_eq!(queued[0].event_type, "acme.received");
}

#[tokio::test]
async fn a_verified_ping_is_answered_and_not_queued() {
    let function = Function::new();
    let (status, headers, body) = function.call(github("ping", SECRET, b"{\"zen\":\"Keep it simple.\"}")).await;
    assert_eq!((status, body), (200, json!("pong")));
    assert_eq!(headers["content-type"], "text/plain; charset=utf-8");
    assert_eq!(function.status(github("ping", "wrong", b"{}")).await, 401);
    assert!(function.queued().is_empty());
}

#[tokio::test]
async fn names_that_are_no_names_are_replaced() {
    let function = Function::new();
    for name in ["push\nforged line", "", "\u{1b}[31m", &"x".repeat(200), "p\u{fc}sh"] {
        assert_eq!(function.status(github(name, SECRET, b"{}")).await, 202);
        assert_eq!(function.queued().last().unwrap().event_type, "github.received", "{name:?}");
    }
}

#[tokio::test]
async fn a_caller_with_a_token_names_its_event() {
    let function = Function::new();
    let headers = [("Content-Type", "application/json"), ("Ce-Id", "order-17"), ("Ce-Type", "order.paid")];
    let mut event = gateway_event("/events", &headers, b"{\"order\":17}");
    event["requestContext"]["authorizer"] = json!({ "claims": { "client_id": "billing", "scope": "x/events.write" } });
    assert_eq!(function.call(event.clone()).await.2, json!({ "id": "order-17" }));
    let queued = function.queued();
    assert_eq!((queued[0].source.as_str(), queued[0].event_type.as_str()), ("/events", "events.order.paid"));

    event["requestContext"]["authorizer"]["claims"]["client_id"] = json!("shipping");
    assert_eq!(function.status(event).await, 202);
    assert_ne!(function.queued()[1].dedup_key, queued[0].dedup_key, "another caller's id is another event");
}

/// A size at the limit must not depend on the moment.
#[tokio::test]
async fn the_time_is_always_as_long() {
    let function = Function::new();
    for _ in 0..50 {
        assert_eq!(function.status(github("push", SECRET, b"{}")).await, 202);
    }
    for event in function.queued() {
        assert_eq!((event.time.len(), event.time.get(23..)), (24, Some("Z")), "{}", event.time);
    }
}
