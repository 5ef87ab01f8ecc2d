//! What people try with bodies.

use serde_json::json;

use crate::fixture::{Function, gateway_event};
use crate::sent::signed;

#[tokio::test]
async fn a_body_that_is_not_byte_for_byte_the_signed_one_is_refused() {
    let original = b"{\"b\":1, \"a\":\"\\u001B[31m\"}".to_vec();
    let sent = signed("github", &original);
    assert_eq!(sent.status().await, 202);
    let changed: [&[u8]; 8] = [
        b"{\"b\":1, \"a\":\"\\u001b[31m\"}",
        b"{\"b\":1,\"a\":\"\\u001B[31m\"}",
        b"{\"a\":\"\\u001B[31m\", \"b\":1}",
        b"{\"b\":1, \"a\":\"\\u001B[31m\"}\n",
        b"{\"b\":1, \"a\":\"\\u001B[31m\"}\0",
        b"\xef\xbb\xbf{\"b\":1, \"a\":\"\\u001B[31m\"}",
        b"{\"b\":1, \"a\":\"\\u001B[31m\"}{\"b\":1, \"a\":\"\\u001B[31m\"}",
        b"",
    ];
    for body in changed {
        assert_eq!(sent.clone().with_body(body).status().await, 401, "{body:?}");
    }
}

#[tokio::test]
async fn whatever_is_signed_and_is_what_it_is_declared_to_be_is_queued_as_it_is() {
    let deep = [b"[".repeat(10_000), b"]".repeat(10_000)].concat();
    let rows: [(&str, &str, &[u8], i64); 14] = [
        ("null", "application/json", b"null", 202),
        ("duplicate keys", "application/json", b"{\"id\":1,\"id\":2}", 202),
        ("a lone surrogate", "application/json", b"\"\\ud800\"", 202),
        ("CRLF", "application/json", b"{\r\n}\r\n", 202),
        ("10,000 levels", "application/json", &deep, 202),
        ("a form", "application/x-www-form-urlencoded", b"payload=%7B%22a%22%3A1%7D", 202),
        ("invalid UTF-8", "application/octet-stream", b"\xff\xfe\x00", 202),
        ("NUL and control bytes", "text/plain", b"\0\x01\x1b[2J\x7f", 202),
        ("invalid UTF-8 as JSON", "application/json", b"\"\xff\"", 400),
        ("a NUL as JSON", "application/json", b"{}\0", 400),
        ("a BOM as JSON", "application/json", b"\xef\xbb\xbf{}", 400),
        ("a form as JSON", "application/json", b"payload=1", 400),
        ("two values as JSON", "application/json", b"{}{}", 400),
        ("nothing", "application/json", b"", 400),
    ];
    for (name, content_type, body, expected) in rows {
        let sent = signed("github", body).with("Content-Type", content_type);
        let function = Function::new();
        assert_eq!(function.status(sent.event()).await, expected, "{name}");
        let queued = function.queued();
        assert_eq!(
            queued.into_iter().map(|event| event.data).collect::<Vec<_>>(),
            if expected == 202 { vec![body.to_vec().into()] } else { vec![] }
        );
    }
}

#[tokio::test]
async fn a_compressed_body_is_refused_only_once_it_is_authentic() {
    let sent = signed("github", b"\x1f\x8b\x08").with("Content-Encoding", "gzip");
    assert_eq!(sent.status().await, 415);
    assert_eq!(sent.with_body(b"\x1f\x8b\x09".to_vec()).status().await, 401);
}

#[tokio::test]
async fn a_body_may_be_flagged_as_base64_or_not() {
    let mut event = signed("github", b"{}").event();
    event["body"] = json!("{}");
    event["isBase64Encoded"] = json!(false);
    assert_eq!(Function::new().status(event.clone()).await, 202);
    event["isBase64Encoded"] = json!(null);
    assert_eq!(Function::new().status(event.clone()).await, 202);
    event["isBase64Encoded"] = json!(true);
    assert_eq!(Function::new().status(event.clone()).await, 400, "braces are no base64");
    event["body"] = json!(null);
    assert_eq!(Function::new().status(event).await, 401, "the signature is not that of nothing");
    let mut twice = signed("github", b"{}").event();
    twice["body"] = json!("ZTMwPQ==");
    assert_eq!(Function::new().status(twice).await, 401, "encoded twice is another body");
}

/// Nothing of an event has the type that the gateway promises.
#[tokio::test]
async fn an_event_that_is_no_webhook_is_404() {
    for event in [json!({}), json!({ "resource": null }), gateway_event("/webhooks/{source}", &[], b"{}")] {
        assert_eq!(Function::new().status(event).await, 404);
    }
}

/// It cannot be told what was asked for, so it is a fault of ours, and told without what stands there.
#[tokio::test]
async fn what_is_no_event_at_all_is_answered_500() {
    for event in ["", "s3cret", "{\"headers\": \"s3cret\"}", "{\"body\": 1}", "{"] {
        let answer = Function::new().answer(event).await;
        assert_eq!(answer["statusCode"], 500, "{event}");
        assert!(!answer.to_string().contains("s3cret"));
    }
}
