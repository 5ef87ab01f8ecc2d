use std::collections::BTreeMap;

use hookline_event::Event;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::fixture::{Function, event, message_body, record, repeated_record, unique_record};

#[tokio::test]
async fn posts_the_exact_body_with_event_attributes_as_headers() {
    let function = Function::new().await;
    assert!(function.failed_ids(vec![repeated_record("m", "github", 1)]).await.is_empty());
    let requests = function.receiver.requests.lock().unwrap().clone();
    let (headers, body) = &requests[0];
    assert_eq!(body[..], event("github").data[..]);
    let mut headers: BTreeMap<_, _> =
        headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    headers.remove("host");
    insta::assert_json_snapshot!(headers);
}

/// CloudEvents allows any text as an id. A type is printable ASCII, because ingest escapes other characters.
#[tokio::test]
async fn unusual_ids_and_types_are_encoded_in_headers() {
    let function = Function::new().await;
    let (id, event_type) = ("Euro \u{20ac} 100%".to_owned(), "github.v2.account[a b].\"x\"%C3%BC".to_owned());
    let sender_source = Some("https://shop.example/\u{fc}".to_owned());
    let recorded_time = Some("2026-01-02T03:04:06.000Z".to_owned());
    let event = Event { id, event_type, sender_source, recorded_time, ..event("github") };
    assert!(function.failed_ids(vec![record("m", &message_body(event), 1)]).await.is_empty());
    let requests = function.receiver.requests.lock().unwrap().clone();
    let header = |name: &str| requests[0].0[name].to_str().unwrap().to_owned();
    assert_eq!(header("ce-id"), "Euro%20%E2%82%AC%20100%25");
    assert_eq!(header("ce-type"), "github.v2.account[a b].\"x\"%C3%BC");
    assert_eq!(header("ce-sendersource"), "https://shop.example/%C3%BC");
    assert_eq!(header("ce-recordedtime"), "2026-01-02T03:04:06.000Z");
}

#[tokio::test]
async fn configured_headers_are_sent_with_every_event() {
    let receiver = crate::fixture::TestReceiver::default();
    let url = format!("http://{}/orders", receiver.start().await);
    let headers = json!({ "X-Tenant": "blue", "User-Agent": "blue/1" });
    let destination = json!({ "kind": "http", "url": url, "timeout_ms": 4000, "headers": headers });
    let destinations = json!({ "orders": destination, "audit": destination, "hangs": destination });
    let function = Function::with_variable("HOOKLINE_DESTINATIONS", Some(&destinations.to_string())).await;
    assert!(function.failed_ids(vec![unique_record("m", "github", 1)]).await.is_empty());
    let requests = receiver.requests.lock().unwrap().clone();
    let sent = ["x-tenant", "user-agent", "ce-source"].map(|name| requests[0].0[name].to_str().unwrap());
    assert_eq!(sent, ["blue", "blue/1", "/webhooks/github"]);
}

#[tokio::test]
async fn two_routes_to_one_destination_deliver_once() {
    let function = Function::new().await;
    assert!(function.failed_ids(vec![unique_record("m", "both", 1)]).await.is_empty());
    assert_eq!(function.received_requests(), 2, "one request for orders and one for audit");
}

/// The status of the response determines the result. An incomplete body closes the connection but causes no second
/// delivery.
#[tokio::test]
async fn status_counts_even_if_the_response_body_is_incomplete() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 65536]).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nx").await;
        std::future::pending::<()>().await;
    });
    // Shorter than the limit for reading the body.
    let function = Function::with_destination(json!({ "kind": "http", "url": url, "timeout_ms": 250 })).await;
    assert_eq!(function.delivery_result(b"{}").await, "");
}

#[tokio::test]
async fn any_2xx_status_is_a_success() {
    let function = Function::new().await;
    function.receiver.respond_with(204, None);
    assert!(function.failed_ids(vec![unique_record("m", "github", 1)]).await.is_empty());
    assert!(function.dead_letters().is_empty());
}

/// A destination that posts back to its source must not cause an endless loop.
#[tokio::test]
async fn each_delivery_adds_a_hop_up_to_a_limit() {
    for (hops, limit, expected) in [(0, None, Some("1")), (8, None, Some("9")), (9, None, None), (3, Some("2"), None)] {
        let function = Function::with_variable("HOOKLINE_MAX_HOPS", limit).await;
        let event = Event { hops, ..event("github") };
        assert!(function.failed_ids(vec![record("m", &message_body(event), 1)]).await.is_empty());
        let requests = function.receiver.requests.lock().unwrap().clone();
        let sent = requests.first().map(|(headers, _)| headers["hookline-hops"].to_str().unwrap());
        assert_eq!(sent, expected, "{hops}");
        let reasons: Vec<_> = function.dead_letters().iter().map(|message| message["reason"].clone()).collect();
        assert_eq!(reasons, if expected.is_some() { vec![] } else { vec![json!("too_many_hops")] });
    }
}

#[tokio::test]
async fn content_coding_is_passed_on() {
    let function = Function::new().await;
    let event = Event { content_encoding: Some("gzip".into()), data: b"\x1f\x8b".to_vec().into(), ..event("github") };
    assert!(function.failed_ids(vec![record("m", &message_body(event), 1)]).await.is_empty());
    let requests = function.receiver.requests.lock().unwrap().clone();
    assert_eq!((&requests[0].0["content-encoding"], &requests[0].1[..]), (&"gzip".parse().unwrap(), &b"\x1f\x8b"[..]));
}

/// The rules of CloudEvents for characters that a header cannot contain:
/// <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#3132-http-header-values>.
#[tokio::test]
async fn attributes_are_percent_encoded_in_headers() {
    let function = Function::new().await;
    let id = "a \"b\" 100% \u{20ac}\u{1f600}".to_owned();
    let event = Event { id, event_type: "v2.account[x].updated".into(), ..event("github") };
    assert!(function.failed_ids(vec![record("m", &message_body(event), 1)]).await.is_empty());
    let requests = function.receiver.requests.lock().unwrap().clone();
    let sent = ["ce-id", "ce-type"].map(|name| requests[0].0[name].to_str().unwrap());
    assert_eq!(sent, ["a%20%22b%22%20100%25%20%E2%82%AC%F0%9F%98%80", "v2.account[x].updated"]);
}
