//! Attacks with request bodies.

use serde_json::json;

use crate::fixture::{Function, gateway_request};
use crate::signed_request::sign_request;

#[tokio::test]
async fn rejects_body_that_differs_from_the_signed_bytes() {
    let original = b"{\"b\":1, \"a\":\"\\u001B[31m\"}".to_vec();
    let request = sign_request("github", &original);
    assert_eq!(request.status().await, 202);
    let modified: [&[u8]; 8] = [
        b"{\"b\":1, \"a\":\"\\u001b[31m\"}",
        b"{\"b\":1,\"a\":\"\\u001B[31m\"}",
        b"{\"a\":\"\\u001B[31m\", \"b\":1}",
        b"{\"b\":1, \"a\":\"\\u001B[31m\"}\n",
        b"{\"b\":1, \"a\":\"\\u001B[31m\"}\0",
        b"\xef\xbb\xbf{\"b\":1, \"a\":\"\\u001B[31m\"}",
        b"{\"b\":1, \"a\":\"\\u001B[31m\"}{\"b\":1, \"a\":\"\\u001B[31m\"}",
        b"",
    ];
    for body in modified {
        assert_eq!(request.clone().with_body(body).status().await, 401, "{body:?}");
    }
}

#[tokio::test]
async fn queues_every_valid_signed_body_unchanged() {
    let deep = [b"[".repeat(10_000), b"]".repeat(10_000)].concat();
    let rows: [(&str, &str, &[u8], i64); 16] = [
        ("null", "application/json", b"null", 202),
        ("duplicate keys", "application/json", b"{\"id\":1,\"id\":2}", 202),
        ("a lone surrogate", "application/json", b"\"\\ud800\"", 202),
        ("CRLF", "application/json", b"{\r\n}\r\n", 202),
        ("10,000 levels", "application/json", &deep, 202),
        ("a form", "application/x-www-form-urlencoded", b"payload=%7B%22a%22%3A1%7D", 202),
        ("invalid UTF-8", "application/octet-stream", b"\xff\xfe\x00", 202),
        ("NUL and control bytes", "text/plain", b"\0\x01\x1b[2J\x7f", 202),
        ("invalid UTF-8 as JSON", "application/json", b"\"\xff\"", 202),
        ("a NUL as JSON", "application/json", b"{}\0", 202),
        ("a BOM as JSON", "application/json", b"\xef\xbb\xbf{}", 202),
        ("a form as JSON", "application/json", b"payload=1", 202),
        ("two values as JSON", "application/json", b"{}{}", 202),
        ("an unusual content type", "applications/json", b"{}", 202),
        ("no valid content type", "\u{1b}[31m\r\n", b"{}", 202),
        ("empty", "application/json", b"", 400),
    ];
    for (name, content_type, body, expected) in rows {
        let request = sign_request("github", body).with_header("Content-Type", content_type);
        let function = Function::new();
        assert_eq!(function.status(request.event()).await, expected, "{name}");
        let queued = function.queued_events();
        assert_eq!(
            queued.into_iter().map(|event| event.data).collect::<Vec<_>>(),
            if expected == 202 { vec![body.to_vec().into()] } else { vec![] }
        );
    }
}

/// The body is not decoded, so a compressed body costs no more than another one.
#[tokio::test]
async fn compressed_body_is_queued_as_it_is_if_it_is_authentic() {
    for (encoding, expected) in [
        ("gzip", Some("gzip")),
        ("X-GZIP", Some("x-gzip")),
        ("br", Some("br")),
        ("zstd", Some("zstd")),
        ("deflate", Some("deflate")),
        ("gzip, br", Some("gzip, br")),
        ("UTF-8", None),
        ("8bit", None),
        ("identity", None),
        ("", None),
        ("\u{1b}[31m", None),
    ] {
        let request = sign_request("github", b"\x1f\x8b\x08").with_header("Content-Encoding", encoding);
        let function = Function::new();
        assert_eq!(function.status(request.event()).await, 202, "{encoding}");
        let queued = &function.queued_events()[0];
        assert_eq!((queued.content_encoding.as_deref(), &queued.data), (expected, &b"\x1f\x8b\x08".to_vec().into()));
        assert_eq!(request.with_body(b"\x1f\x8b\x09".to_vec()).status().await, 401, "{encoding}");
    }
}

/// Senders put a character set or a transfer encoding into `Content-Encoding`, or repeat it.
#[tokio::test]
async fn content_encoding_that_is_no_coding_is_omitted() {
    for encoding in [
        "UTF-8",
        "utf-8",
        "utf8",
        "UTF8",
        "utf-16",
        "ISO-8859-1",
        "us-ascii",
        "charset=utf-8",
        "8bit",
        "7bit",
        "binary",
        "base64",
        "identity",
        "none",
        "null",
        "text",
        "text/plain",
        "application/json",
        "aws-chunked",
        "chunked",
        "",
        " ",
        ",",
        "UTF-8, UTF-8",
        "identity, UTF-8",
        "*",
    ] {
        let request = sign_request("acme", b"{\"a\":1}");
        let mut repeated = request.clone();
        let header = ("Content-Encoding".to_owned(), encoding.to_owned());
        repeated.headers.extend([header.clone(), header]);
        for request in [request.with_header("Content-Encoding", encoding), repeated] {
            let function = Function::new();
            assert_eq!(function.status(request.event()).await, 202, "{encoding:?}");
            let queued = function.queued_events().remove(0);
            assert_eq!((queued.content_encoding, queued.data), (None, b"{\"a\":1}".to_vec().into()), "{encoding:?}");
        }
    }
}

#[tokio::test]
async fn byte_order_mark_is_passed_on() {
    let body = b"\xef\xbb\xbf{\"a\":1}".to_vec();
    for (source, content_type) in [
        ("github", "application/json"),
        ("github", "application/json; charset=utf-8"),
        ("acme", "application/vnd.api+json"),
        ("strict", "application/json"),
        ("shopify", "text/json"),
    ] {
        let request = sign_request(source, &body).with_header("Content-Type", content_type);
        let function = Function::new();
        assert_eq!(function.status(request.event()).await, 202, "{source}");
        assert_eq!(function.queued_events().remove(0).data, body.clone().into(), "{source}");
    }
}

#[tokio::test]
async fn repeated_content_type_is_passed_on_once() {
    let function = Function::new();
    for values in [&["application/json, application/json"][..], &["application/json", "application/json"]] {
        let mut request = sign_request("github", b"{}").without_header("Content-Type");
        request.headers.extend(values.iter().map(|value| ("Content-Type".to_owned(), (*value).to_owned())));
        assert_eq!(function.status(request.event()).await, 202);
        assert_eq!(function.queued_events().last().unwrap().content_type.as_deref(), Some("application/json"));
    }
}

#[tokio::test]
async fn decodes_the_body_only_if_it_is_flagged_as_base64() {
    let mut event = sign_request("github", b"{}").event();
    event["body"] = json!("{}");
    event["isBase64Encoded"] = json!(false);
    assert_eq!(Function::new().status(event.clone()).await, 202);
    event["isBase64Encoded"] = json!(null);
    assert_eq!(Function::new().status(event.clone()).await, 202);
    event["isBase64Encoded"] = json!(true);
    assert_eq!(Function::new().status(event.clone()).await, 400, "braces are not base64");
    event["body"] = json!(null);
    assert_eq!(Function::new().status(event).await, 401, "the signature does not match an empty body");
    let mut encoded_twice = sign_request("github", b"{}").event();
    encoded_twice["body"] = json!("ZTMwPQ==");
    assert_eq!(Function::new().status(encoded_twice).await, 401, "a body that is encoded twice is another body");
}

/// These events are valid JSON, but name no route of the API.
#[tokio::test]
async fn event_without_route_returns_404() {
    for event in [json!({}), json!({ "resource": null }), gateway_request("/webhooks/{source}", &[], b"{}")] {
        assert_eq!(Function::new().status(event).await, 404);
    }
}

/// The function cannot read the request, so this is an error of the service. The response must not contain the event.
#[tokio::test]
async fn malformed_event_returns_500() {
    for event in ["", "s3cret", "{\"headers\": \"s3cret\"}", "{\"body\": 1}", "{"] {
        let response = Function::new().invoke(event).await;
        assert_eq!(response["statusCode"], 500, "{event}");
        assert!(!response.to_string().contains("s3cret"));
    }
}
