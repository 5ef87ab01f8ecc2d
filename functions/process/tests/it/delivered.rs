use std::collections::BTreeMap;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::fixture::{Function, event, message, same};

#[tokio::test]
async fn the_exact_body_is_posted_with_the_events_attributes_as_headers() {
    let function = Function::new().await;
    assert!(function.failures(vec![same("m", "github", 1)]).await.is_empty());
    let requests = function.sink.requests.lock().unwrap().clone();
    let (headers, body) = &requests[0];
    assert_eq!(body[..], event("github").data[..]);
    let mut headers: BTreeMap<_, _> =
        headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    headers.remove("host");
    insta::assert_json_snapshot!(headers);
}

#[tokio::test]
async fn a_destinations_own_headers_go_with_every_event() {
    let sink = crate::fixture::Sink::default();
    let url = format!("http://{}/orders", sink.start().await);
    let headers = json!({ "X-Tenant": "blue", "User-Agent": "blue/1" });
    let destination = json!({ "kind": "http", "url": url, "timeout_ms": 400, "headers": headers });
    let destinations = json!({ "orders": destination, "audit": destination, "hangs": destination });
    let function = Function::with("HOOKLINE_DESTINATIONS", Some(&destinations.to_string())).await;
    assert!(function.failures(vec![message("m", "github", 1)]).await.is_empty());
    let requests = sink.requests.lock().unwrap().clone();
    let sent = ["x-tenant", "user-agent", "ce-source"].map(|name| requests[0].0[name].to_str().unwrap());
    assert_eq!(sent, ["blue", "blue/1", "/webhooks/github"]);
}

#[tokio::test]
async fn two_routes_to_one_destination_deliver_once() {
    let function = Function::new().await;
    assert!(function.failures(vec![message("m", "both", 1)]).await.is_empty());
    assert_eq!(function.received(), 2, "orders and audit, each once");
}

/// Once there is an answer, it counts: a body that does not come to its end costs the connection, and no second delivery.
#[tokio::test]
async fn an_answer_counts_however_its_body_goes_on() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 65536]).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nx").await;
        std::future::pending::<()>().await;
    });
    // Less than it takes to give the body up.
    let function = Function::to(json!({ "kind": "http", "url": url, "timeout_ms": 250 })).await;
    assert_eq!(function.outcome(b"{}").await, "");
}

#[tokio::test]
async fn any_success_counts() {
    let function = Function::new().await;
    function.sink.answer(204, None);
    assert!(function.failures(vec![message("m", "github", 1)]).await.is_empty());
    assert!(function.letters().is_empty());
}
