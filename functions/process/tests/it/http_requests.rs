//! The requests of `http` destinations: method, headers, compression, and the statuses that count as a delivery.

use std::io::Read as _;

use axum::http::HeaderMap;
use hookline_event::{Event, ForwardedHeaders};
use hookline_signature::{Headers, Request, Secret};
use serde_json::{Value, json};

use crate::fixture::{Function, event, message_body, record};

/// Creates the function whose destination has these options in addition to its URL.
pub(crate) async fn function(options: Value) -> Function {
    let mut destination = json!({ "kind": "http", "url": "RECEIVER/orders", "timeout_ms": 4000 });
    destination.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
    Function::with_destination(destination).await
}

/// Delivers an event and returns the only request.
pub(crate) async fn request(function: &Function, event: Event) -> (HeaderMap, Vec<u8>) {
    assert!(function.failed_ids(vec![record("m", &message_body(event), 1)]).await.is_empty());
    assert_eq!(function.dead_letters(), [Value::Null; 0]);
    let (headers, body) = function.receiver.requests.lock().unwrap().pop().unwrap();
    (headers, body.to_vec())
}

fn with_forwarded(headers: &[(&str, &str)]) -> Event {
    let mut forwarded = ForwardedHeaders::default();
    assert!(headers.iter().all(|(name, value)| forwarded.insert(name, value)));
    Event { forwarded, ..event("github") }
}

#[tokio::test]
async fn method_is_that_of_the_configuration() {
    for (options, expected) in
        [(json!({}), "POST"), (json!({ "method": "PUT" }), "PUT"), (json!({ "method": "PATCH" }), "PATCH")]
    {
        let function = function(options).await;
        request(&function, event("github")).await;
        assert_eq!(*function.receiver.methods.lock().unwrap(), [expected]);
    }
}

#[tokio::test]
async fn headers_have_attributes_of_the_event() {
    let headers = json!({
        "X-Constant": "a b", "X-Type": "{{ event.type }}", "Idempotency-Key": "{{ event.dedup_key }}",
        "X-Main": "{% if event.type == 'github.push' %}yes{% endif %}",
        "X-None": "{% if event.type == 'github.pull' %}yes{% endif %}",
        "X-Id": "{{ event.id }}",
    });
    let function = function(json!({ "headers": headers })).await;
    let (headers, _) = request(&function, Event { id: "p\u{fc}sh 1".to_owned(), ..event("github") }).await;
    for (name, expected) in [
        ("x-constant", "a b"),
        ("x-type", "github.push"),
        ("idempotency-key", event("github").dedup_key.as_str()),
        ("x-main", "yes"),
        ("x-id", "p%C3%BCsh 1"),
    ] {
        assert_eq!(headers[name], expected, "{name}");
    }
    assert!(!headers.contains_key("x-none"), "an empty header is not sent");
}

/// No server accepts such a header, so a retry cannot help.
#[tokio::test]
async fn rendered_header_has_a_limit() {
    let headers = json!({ "X-Long": "{{ event.id }}{{ event.id }}{{ event.id }}{{ event.id }}{{ event.id }}" });
    let function = function(json!({ "headers": headers })).await;
    let event = Event { id: "x".repeat(1000), ..event("github") };
    assert!(function.failed_ids(vec![record("m", &message_body(event), 1)]).await.is_empty());
    assert_eq!(function.dead_letters()[0]["reason"], "template_failed");
    assert_eq!(function.received_requests(), 0);
}

#[tokio::test]
async fn listed_headers_of_the_sender_are_forwarded() {
    let function = function(json!({
        "forward_headers": ["X-GitHub-Event", "User-Agent", "X-Own", "X-Absent"], "headers": { "X-Own": "own" },
    }))
    .await;
    let sent = [("X-GitHub-Event", "push"), ("User-Agent", "Hookshot"), ("X-Own", "sender's"), ("X-Unlisted", "x")];
    let (headers, _) = request(&function, with_forwarded(&sent)).await;
    assert_eq!(
        (&headers["x-github-event"], &headers["user-agent"]),
        (&"push".parse().unwrap(), &"Hookshot".parse().unwrap())
    );
    assert_eq!(headers["x-own"], "own", "the destination's own header replaces the sender's");
    assert!(!headers.contains_key("x-unlisted") && !headers.contains_key("x-absent"));
}

#[tokio::test]
async fn event_cannot_overwrite_headers_of_hookline() {
    let function =
        function(json!({ "forward_headers": ["Ce-Id", "Authorization", "Content-Type", "Webhook-Id"] })).await;
    // A replayed file can have any headers.
    let forged =
        json!({ "ce-id": "forged", "authorization": "x", "content-type": "text/forged", "webhook-id": "forged" });
    let message = message_body(event("github")).replacen('{', &format!("{{\"forwardedheaders\":{forged},"), 1);
    assert!(function.failed_ids(vec![record("m", &message, 1)]).await.is_empty());
    let (headers, _) = function.receiver.requests.lock().unwrap().pop().unwrap();
    assert_eq!(headers["ce-id"], event("github").id.as_str());
    assert_eq!(headers["content-type"], "application/json; charset=utf-8");
    assert!(!headers.contains_key("authorization") && !headers.contains_key("webhook-id"));
}

#[tokio::test]
async fn statuses_of_the_configuration_count_as_a_delivery() {
    let options = json!({ "success": ["409", "300-399"] });
    for (status, expected) in
        [(409, ""), (301, ""), (399, ""), (204, ""), (410, "http_410"), (400, "http_400"), (503, "retry")]
    {
        let function = function(options.clone()).await;
        function.receiver.respond_with(status, None);
        assert_eq!(function.delivery_result(b"{}").await, expected, "{status}");
    }
}

/// A range must not turn rejected credentials or an overload into lost events.
#[tokio::test]
async fn range_does_not_include_statuses_that_request_a_retry() {
    for (status, expected) in [(429, "retry"), (408, "retry"), (425, "retry"), (401, "http_401"), (404, "")] {
        let function = function(json!({ "success": ["400-499"] })).await;
        function.receiver.respond_with(status, None);
        assert_eq!(function.delivery_result(b"{}").await, expected, "{status}");
    }
}

fn decompressed(body: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    flate2::read::GzDecoder::new(body).read_to_end(&mut decoded).unwrap();
    decoded
}

#[tokio::test]
async fn body_is_compressed_in_the_same_way_for_each_attempt() {
    let function = function(json!({ "compression": "gzip" })).await;
    function.receiver.respond_with(503, None);
    assert!(function.failed_ids(vec![record("m", &message_body(event("github")), 1)]).await.is_empty());
    let retry = function.take_due_retry("r", 10);
    assert!(function.failed_ids(vec![retry]).await.is_empty());
    let requests = function.receiver.requests.lock().unwrap().clone();
    assert_eq!(requests.len(), 2);
    for (headers, body) in &requests {
        assert_eq!(
            (&headers["content-encoding"], decompressed(body)),
            (&"gzip".parse().unwrap(), event("github").data.to_vec())
        );
        assert_eq!(body, &requests[0].1);
    }
}

#[tokio::test]
async fn payload_with_a_content_coding_is_not_compressed_again() {
    let function = function(json!({ "compression": "gzip" })).await;
    let event = Event { content_encoding: Some("br".into()), data: b"\x0b\x02".to_vec().into(), ..event("github") };
    let (headers, body) = request(&function, event).await;
    assert_eq!((headers["content-encoding"].to_str().unwrap(), &body[..]), ("br", &b"\x0b\x02"[..]));
}

#[tokio::test]
async fn signature_covers_the_compressed_body() {
    const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let function =
        function(json!({ "compression": "gzip", "signed": true, "body": "{\"type\": {{ event.type }} }" })).await;
    function.aws.put_secret("orders", KEY);
    let (headers, body) = request(&function, event("github")).await;
    assert_eq!(decompressed(&body), b"{\"type\": \"github.push\" }");
    let headers = headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap()));
    let headers = Headers::from_iter(headers);
    let scheme = hookline_senders::SchemeSource::sender("standard").resolve().unwrap();
    let now = i64::try_from(crate::fixture::now()).unwrap();
    assert!(scheme.verify(Request::post(&headers, &body), &[Secret::new(KEY).unwrap()], now).is_ok());
}
