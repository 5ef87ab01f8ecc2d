//! Receivers that authenticate clients by certificates.

use hookline_telemetry::{Level, Settings, capture};
use serde_json::{Value, json};

use crate::fixture::{Authority, Function, TlsReceiver};

async fn function(receiver: &TlsReceiver, auth: &str) -> Function {
    let destination = json!({ "kind": "http", "url": format!("{}/orders", receiver.url), "auth": auth });
    let destinations = json!({ "orders": destination, "audit": destination, "hangs": destination });
    Function::with_variables(&[receiver.variable(), ("HOOKLINE_DESTINATIONS", destinations.to_string())]).await
}

fn secret((certificate, key): &(String, String)) -> String {
    json!({ "certificate": certificate, "key": key }).to_string()
}

fn received(receiver: &TlsReceiver) -> usize {
    receiver.receiver.requests.lock().unwrap().len()
}

/// The reason with which the only delivery is retried.
async fn retry_reason(function: &Function) -> Value {
    assert_eq!(function.delivery_result(b"{}").await, "retry");
    function.retries()[0]["reason"].clone()
}

#[tokio::test]
async fn certificate_authenticates_the_client() {
    let authority = Authority::new("clients");
    let receiver = TlsReceiver::start(Some(&authority)).await;
    let (certificate, key) = authority.issue("team.example");
    for secret in [secret(&(certificate.clone(), key.clone())), format!("{certificate}{key}")] {
        let function = function(&receiver, "mtls").await;
        function.aws.put_secret("orders", &secret);
        assert_eq!(function.delivery_result(b"[1]").await, "");
        assert_eq!(function.delivery_result(b"[2]").await, "");
    }
    assert_eq!(received(&receiver), 4);
}

#[tokio::test]
async fn certificate_of_another_authority_is_rejected() {
    let receiver = TlsReceiver::start(Some(&Authority::new("clients"))).await;
    let function = function(&receiver, "mtls").await;
    function.aws.put_secret("orders", &secret(&Authority::new("others").issue("team.example")));
    assert_eq!(retry_reason(&function).await, "certificate_rejected");
    assert_eq!(received(&receiver), 0);
}

#[tokio::test]
async fn receiver_that_requires_a_certificate_rejects_a_request_without_one() {
    let receiver = TlsReceiver::start(Some(&Authority::new("clients"))).await;
    let function = function(&receiver, "none").await;
    assert_eq!(retry_reason(&function).await, "certificate_rejected");
    assert_eq!(received(&receiver), 0);
}

#[tokio::test]
async fn certificate_is_not_sent_unless_the_receiver_requests_it() {
    let receiver = TlsReceiver::start(None).await;
    let function = function(&receiver, "mtls").await;
    function.aws.put_secret("orders", &secret(&Authority::new("clients").issue("team.example")));
    assert_eq!(function.delivery_result(b"{}").await, "");
}

/// The new certificate is used without a deployment, in a new connection.
#[tokio::test]
async fn replaced_certificate_is_used_after_a_rejection() {
    let authority = Authority::new("clients");
    let receiver = TlsReceiver::start(Some(&authority)).await;
    let function = function(&receiver, "mtls").await;
    function.aws.put_secret("orders", &secret(&Authority::new("others").issue("team.example")));
    assert_eq!(function.delivery_result(b"[1]").await, "retry");
    function.queue.retries.lock().unwrap().clear();
    function.aws.put_secret("orders", &secret(&authority.issue("team.example")));
    assert_eq!(function.delivery_result(b"[2]").await, "");
    assert_eq!(received(&receiver), 1);
}

#[tokio::test]
async fn certificate_and_key_that_do_not_belong_together_are_unusable() {
    let authority = Authority::new("clients");
    let receiver = TlsReceiver::start(Some(&authority)).await;
    let log = capture(Settings { level: Level::Info, service: "hookline-test".into(), function: "process" });
    let function = function(&receiver, "mtls").await;
    let ((certificate, _), (_, key)) = (authority.issue("team.example"), authority.issue("other.example"));
    function.aws.put_secret("orders", &secret(&(certificate, key)));
    assert_eq!(retry_reason(&function).await, "secret_unusable");
    let lines = log.lines();
    let line = lines.iter().find(|line| line["outcome"] == "secret_unavailable").unwrap();
    assert_eq!(line["detail"], "the private key does not belong to the first certificate");
}

/// The client with a certificate has the same guard as the others.
#[tokio::test]
async fn private_address_is_blocked_for_a_client_with_a_certificate() {
    let destination = json!({ "kind": "http", "url": "https://127.0.0.2/", "auth": "mtls" });
    let function = Function::with_destination(destination).await;
    function.aws.put_secret("orders", &secret(&Authority::new("clients").issue("team.example")));
    assert_eq!(function.delivery_result(b"{}").await, "blocked_address");
}
