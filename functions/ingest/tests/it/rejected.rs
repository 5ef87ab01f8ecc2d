//! Rejected requests: their status and problem details.

use ingest::MAX_BODY_BYTES;
use serde_json::{Value, json};

use crate::fixture::{Function, SECRET, gateway_request, github_request, strict_request, webhook_request};

/// The expected body of a rejection.
#[track_caller]
fn problem_details(status: i64, title: &str, detail: &str) -> Value {
    let request_id = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef";
    json!({ "status": status, "title": title, "detail": detail, "request_id": request_id })
}

/// The valid signature of `{}` with `SECRET`.
fn valid_signature() -> String {
    github_request("push", SECRET, b"{}")["headers"]["X-Hub-Signature-256"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_invalid_signature_gets_the_same_response_and_is_not_queued() {
    let function = Function::new();
    let valid = valid_signature();
    let sha1 = "sha1=126f2c800419c60137ce748d7672e77b65cf16d6";
    let repeated = [("X-Hub-Signature-256", valid.as_str()), ("X-Hub-Signature-256", valid.as_str())];
    let cases: [(&str, &[(&str, &str)], &[u8]); 10] = [
        ("missing", &[], b"{}"),
        ("blank", &[("X-Hub-Signature-256", "")], b"{}"),
        ("no prefix", &[("X-Hub-Signature-256", &valid[7..])], b"{}"),
        ("sha1 only", &[("X-Hub-Signature", sha1)], b"{\"yo\":true}"),
        ("truncated", &[("X-Hub-Signature-256", &valid[..valid.len() - 2])], b"{}"),
        ("modified body", &[("X-Hub-Signature-256", &valid)], b"{ }"),
        ("repeated header", &repeated, b"{}"),
        ("two values in one header", &[("X-Hub-Signature-256", &format!("{valid}, {valid}"))], b"{}"),
        ("control bytes", &[("X-Hub-Signature-256", "sha256=\r\n\0\u{1b}[2J")], b"{}"),
        ("empty body, no signature", &[], b""),
    ];
    for (name, headers, body) in cases {
        let (status, headers, body) = function.call(webhook_request("github", headers, body)).await;
        assert_eq!(status, 401, "{name}");
        assert_eq!(body, problem_details(401, "Unauthorized", "The request could not be authenticated."), "{name}");
        assert_eq!(headers["content-type"], "application/problem+json", "{name}");
    }
    assert!(function.queued_events().is_empty());
}

#[tokio::test]
async fn rejects_signature_with_any_modified_digit() {
    let function = Function::new();
    let valid = valid_signature();
    for index in 7..valid.len() {
        let mut modified = valid.clone().into_bytes();
        modified[index] = if modified[index] == b'0' { b'1' } else { b'0' };
        let modified = String::from_utf8(modified).unwrap();
        assert_eq!(
            function.status(webhook_request("github", &[("X-Hub-Signature-256", &modified)], b"{}")).await,
            401,
            "{index}"
        );
    }
    assert!(function.queued_events().is_empty());
}

#[tokio::test]
async fn rejects_signature_with_another_sources_secret() {
    let function = Function::new();
    function.secrets.set("github", hookline_aws::Stage::Current, "only github's");
    assert_eq!(function.status(github_request("push", SECRET, b"{}")).await, 401);
}

#[tokio::test]
async fn invalid_body_of_authentic_request_returns_400_or_415() {
    let function = Function::new();
    let (status, _, body) = function.call(strict_request(b"{\"a\":")).await;
    assert_eq!(
        (status, body),
        (400, problem_details(400, "Bad Request", "The body is declared as JSON, but is not valid JSON."))
    );
    let (status, _, body) = function.call(github_request("push", SECRET, b"")).await;
    assert_eq!((status, body), (400, problem_details(400, "Bad Request", "The body is empty.")));
    let mut event = github_request("push", SECRET, b"{}");
    event["body"] = json!("e30*");
    assert_eq!(function.status(event).await, 400);
    let event = strict_request(b"{}").to_string().replace("application/json", "text/html");
    assert_eq!(function.status(serde_json::from_str(&event).unwrap()).await, 415);
    let event = strict_request(b"{}").to_string().replace("X-GitHub-Event", "Content-Encoding").replace("push", "gzip");
    assert_eq!(function.status(serde_json::from_str(&event).unwrap()).await, 415);
    assert!(function.queued_events().is_empty());
}

#[tokio::test]
async fn unknown_source_returns_404_without_secret_lookup() {
    let function = Function::new();
    for source in ["unknown", "", "..", "github/../acme", "GITHUB", &"x".repeat(5000), "\u{1b}[31m\r\n"] {
        let (status, _, body) = function.call(webhook_request(source, &[("X-Hub-Signature-256", "x")], b"{}")).await;
        assert_eq!((status, body), (404, problem_details(404, "Not Found", "There is no such source.")), "{source:?}");
    }
    assert_eq!(function.secrets.calls(), 0);
}

#[tokio::test]
async fn unknown_method_or_resource_returns_404() {
    let function = Function::new();
    let mut event = github_request("push", SECRET, b"{}");
    event["httpMethod"] = json!("GET");
    assert_eq!(function.status(event).await, 404);
    assert_eq!(function.status(gateway_request("/other", &[], b"{}")).await, 404);
    assert_eq!(function.status(json!({})).await, 404);
}

#[tokio::test]
async fn body_over_the_limit_returns_413() {
    let function = Function::new();
    let body = |bytes: usize| [b"\"".to_vec(), vec![b'x'; bytes - 2], b"\"".to_vec()].concat();
    assert_eq!(function.status(github_request("push", SECRET, &body(MAX_BODY_BYTES / 4 * 3))).await, 202);
    let (status, _, response_body) =
        function.call(github_request("push", SECRET, &body(MAX_BODY_BYTES / 4 * 3 + 1))).await;
    assert_eq!(
        (status, response_body),
        (413, problem_details(413, "Payload Too Large", "The body is larger than can be stored."))
    );
    assert_eq!(function.status(webhook_request("github", &[], &body(10_000_000))).await, 413);
    // The limit is the same for a body that the gateway does not encode.
    for (bytes, expected) in [(MAX_BODY_BYTES / 4 * 3, 202), (MAX_BODY_BYTES / 4 * 3 + 1, 413)] {
        let mut event = github_request("push", SECRET, &body(bytes));
        (event["isBase64Encoded"], event["body"]) = (json!(false), json!(String::from_utf8(body(bytes)).unwrap()));
        assert_eq!(function.status(event).await, expected, "{bytes} bytes");
    }
    assert_eq!(function.queued_events().len(), 2);
}

#[tokio::test]
async fn rejects_event_without_caller_and_event_with_invalid_id() {
    let function = Function::new();
    assert_eq!(function.status(gateway_request("/events", &[], b"{}")).await, 401);
    let mut event = gateway_request("/events", &[("Ce-Id", "a\r\nb")], b"{}");
    event["requestContext"]["authorizer"] = json!({ "claims": { "client_id": "billing" } });
    assert_eq!(function.status(event).await, 400);
    assert!(function.queued_events().is_empty());
}
