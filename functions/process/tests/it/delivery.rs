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
    let destination = json!({ "kind": "http", "url": url, "timeout_ms": 400, "headers": headers });
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
