//! Accepted requests: the response and the queued event.

use serde_json::json;

use crate::fixture::{Function, SECRET, gateway_request, github_request, webhook_request};
use crate::signed_request::sign_request;

#[tokio::test]
async fn signed_push_is_queued_and_returns_202() {
    let function = Function::new();
    let (status, _, body) = function.call(github_request("push", SECRET, b"{\"ref\":\"refs/heads/main\"}")).await;
    assert_eq!((status, body), (202, json!({ "id": "72d3162e-cc78-11e3-81ab-4c9367dc0958" })));
    let messages = function.queue.messages.lock().unwrap().clone();
    let message: serde_json::Value = serde_json::from_str(&messages[0]).unwrap();
    insta::assert_json_snapshot!(message, { ".time" => "[time]", ".requestid" => "[request id]" });
}

#[tokio::test]
async fn queues_the_exact_bytes() {
    let function = Function::new();
    for body in [&b"{}"[..], b"{\"b\":1, \"a\":\"\\u001B\\u001b\"}\r\n", b"null"] {
        assert_eq!(function.status(github_request("push", SECRET, body)).await, 202);
        assert_eq!(function.queued_events().last().unwrap().data, body.to_vec().into());
    }
}

#[tokio::test]
async fn header_names_are_case_insensitive() {
    let event = github_request("push", SECRET, b"{}").to_string().replace("X-Hub-Signature-256", "x-hub-signature-256");
    assert_eq!(Function::new().status(serde_json::from_str(&event).unwrap()).await, 202);
}

#[tokio::test]
async fn queues_binary_body_unchanged() {
    let function = Function::new();
    let body: Vec<u8> = (0..=255).collect();
    // openssl dgst -sha256 -hmac "It's a Secret to Everybody" -binary | base64
    let headers = [
        ("X-Acme-Signature", "v1=kK6IY5ARMbhB6M9cSEgG33A7CC/HsyklUjCOw/NpaVY="),
        ("Content-Type", "application/octet-stream"),
    ];
    assert_eq!(function.status(webhook_request("acme", &headers, &body)).await, 202);
    let queued = function.queued_events();
    assert_eq!(queued[0].data, body.clone().into());
    assert_eq!(queued[0].event_type, "acme.unknown");
}

#[tokio::test]
async fn verified_ping_returns_pong_and_is_not_queued() {
    let function = Function::new();
    let (status, headers, body) = function.call(github_request("ping", SECRET, b"{\"zen\":\"Keep it simple.\"}")).await;
    assert_eq!((status, body), (200, json!("pong")));
    assert_eq!(headers["content-type"], "text/plain; charset=utf-8");
    assert_eq!(function.status(github_request("ping", "wrong", b"{}")).await, 401);
    assert!(function.queued_events().is_empty());
}

#[tokio::test]
async fn event_type_is_escaped_but_never_replaced() {
    let function = Function::new();
    for (name, expected) in [
        ("push", "github.push"),
        ("v2.core.account[requirements].updated", "github.v2.core.account[requirements].updated"),
        ("a/b=c@d+e,f;g:h(i)!#$&'*?~|", "github.a/b=c@d+e,f;g:h(i)!#$&'*?~|"),
        ("push\nforged line", "github.push%0Aforged%20line"),
        ("\u{1b}[31m", "github.%1B[31m"),
        ("p\u{fc}sh", "github.p%C3%BCsh"),
        ("100%", "github.100%25"),
        ("", "github.unknown"),
    ] {
        assert_eq!(function.status(github_request(name, SECRET, b"{}")).await, 202);
        assert_eq!(function.queued_events().last().unwrap().event_type, expected);
    }
    let long = "x".repeat(200);
    assert_eq!(function.status(github_request(&long, SECRET, b"{}")).await, 202);
    assert_eq!(function.queued_events().last().unwrap().event_type, format!("github.{long}"));
}

/// Stripe's events of API version 2 have brackets in their types.
#[tokio::test]
async fn stripe_types_with_brackets_stay_different() {
    let function = Function::new();
    for name in
        ["v2.core.account[requirements].updated", "v2.core.account[configuration.merchant].capability_status_updated"]
    {
        let body = format!("{{\"id\":\"evt_{}\",\"object\":\"v2.core.event\",\"type\":\"{name}\"}}", name.len());
        assert_eq!(function.status(sign_request("stripe", body.as_bytes()).event()).await, 202);
        assert_eq!(function.queued_events().last().unwrap().event_type, format!("stripe.{name}"));
    }
}

#[tokio::test]
async fn gitlab_system_hooks_have_the_type_of_their_body() {
    let function = Function::new();
    for (body, expected) in [
        ("{\"object_kind\":\"push\",\"event_name\":\"push\",\"ref\":\"refs/heads/main\"}", "gitlab.push"),
        ("{\"event_name\":\"project_create\",\"project_id\":1}", "gitlab.project_create"),
        ("{\"event_name\":\"user_add_to_team\",\"project_id\":1}", "gitlab.user_add_to_team"),
    ] {
        let request = sign_request("gitlab", body.as_bytes()).with_header("X-Gitlab-Event", "System Hook");
        assert_eq!(function.status(request.event()).await, 202);
        assert_eq!(function.queued_events().last().unwrap().event_type, expected);
    }
}

#[tokio::test]
async fn hop_count_of_the_request_is_recorded() {
    let function = Function::new();
    for (value, expected) in [
        ("1", 1),
        ("0", 0),
        ("7", 7),
        (" 3 ", 3),
        ("2,5", 5),
        ("999999", 1000),
        ("99999999999999999999", 1000),
        ("", 0),
        ("-1", 0),
        ("x", 0),
        ("1.5", 0),
        ("\u{661}", 0),
    ] {
        let request = sign_request("github", b"{}").with_header("Hookline-Hops", value);
        assert_eq!(function.status(request.event()).await, 202);
        assert_eq!(function.queued_events().last().unwrap().hops, expected, "{value:?}");
    }
    assert_eq!(function.status(sign_request("github", b"{}").event()).await, 202);
    assert_eq!(function.queued_events().last().unwrap().hops, 0);
}

#[tokio::test]
async fn authenticated_caller_sets_event_id_and_type() {
    let function = Function::new();
    let headers = [("Content-Type", "application/json"), ("Ce-Id", "order-17"), ("Ce-Type", "order.paid")];
    let mut event = gateway_request("/events", &headers, b"{\"order\":17}");
    event["requestContext"]["authorizer"] = json!({ "claims": { "client_id": "billing", "scope": "x/events.write" } });
    assert_eq!(function.call(event.clone()).await.2, json!({ "id": "order-17" }));
    let queued = function.queued_events();
    assert_eq!((queued[0].source.as_str(), queued[0].event_type.as_str()), ("/events", "events.order.paid"));

    event["requestContext"]["authorizer"]["claims"]["client_id"] = json!("shipping");
    assert_eq!(function.status(event).await, 202);
    assert_ne!(
        function.queued_events()[1].dedup_key,
        queued[0].dedup_key,
        "the same id of another caller is another event"
    );
}

/// The size of a message must not depend on the time.
#[tokio::test]
async fn event_time_has_constant_length() {
    let function = Function::new();
    for _ in 0..50 {
        assert_eq!(function.status(github_request("push", SECRET, b"{}")).await, 202);
    }
    for event in function.queued_events() {
        assert_eq!((event.time.len(), event.time.get(23..)), (24, Some("Z")), "{}", event.time);
    }
}

/// Some senders count only a certain response as a success. The event's id is in a header of every response.
#[tokio::test]
async fn sender_gets_the_response_that_it_expects() {
    let linear = format!("{{\"webhookTimestamp\":{}}}", crate::signed_request::now() * 1000);
    for (source, body, status, content_type, response) in [
        ("linear", linear.as_bytes(), 200, "text/plain; charset=utf-8", json!("")),
        ("slack", b"{}".as_slice(), 200, "text/plain; charset=utf-8", json!("")),
        ("teapot", b"{}".as_slice(), 201, "text/x-custom", json!("[accepted]")),
    ] {
        let function = Function::new();
        let (actual, headers, text) = function.call(sign_request(source, body).event()).await;
        assert_eq!((actual, &headers["content-type"], text), (status, &json!(content_type), response), "{source}");
        assert_eq!(headers["hookline-event-id"], function.queued_events()[0].id.as_str());
    }
    let function = Function::new();
    let (status, headers, body) = function.call(github_request("push", SECRET, b"{}")).await;
    assert_eq!((status, &headers["hookline-event-id"]), (202, &body["id"]));
}
