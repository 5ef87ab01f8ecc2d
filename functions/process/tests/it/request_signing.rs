//! Signatures of requests, which a destination can verify.

use axum::http::HeaderMap;
use hookline_senders::SchemeSource;
use hookline_signature::{Headers, Request, Secret};
use serde_json::json;

use crate::fixture::{Function, event, repeated_record};

const FIRST: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const SECOND: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

async fn function() -> Function {
    Function::with_destination(json!({ "kind": "http", "url": "RECEIVER/orders", "timeout_ms": 400, "signed": true }))
        .await
}

fn verify(headers: &HeaderMap, body: &[u8], secret: &str) -> bool {
    let headers = headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap()));
    let headers = Headers::from_iter(headers);
    let request = Request::post(&headers, body);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let scheme = SchemeSource::sender("standard").resolve().unwrap();
    scheme.verify(request, &[Secret::new(secret).unwrap()], now.try_into().unwrap()).is_ok()
}

#[tokio::test]
async fn exact_body_is_signed_with_the_same_id_for_each_attempt() {
    let function = function().await;
    function.aws.put_secret("orders", FIRST);
    function.receiver.respond_with(503, None);
    assert_eq!(function.retried_destinations(vec![repeated_record("m", "github", 1)]).await, ["orders"]);
    let retry = function.take_due_retry("r", 10);
    assert!(function.retried_destinations(vec![retry]).await.is_empty());
    let requests = function.receiver.requests.lock().unwrap().clone();
    for (headers, body) in &requests {
        assert!(verify(headers, body, FIRST) && !verify(headers, body, SECOND));
        assert_eq!(headers["webhook-id"], event("github").dedup_key.as_str());
        assert_eq!(body[..], event("github").data[..]);
    }
    assert_eq!(requests.len(), 2);
}

#[tokio::test]
async fn both_secrets_verify_during_a_rotation() {
    let function = function().await;
    function.aws.put_secret("orders", FIRST);
    function.aws.put_secret("orders", SECOND);
    assert!(function.failed_ids(vec![repeated_record("m", "github", 1)]).await.is_empty());
    let (headers, body) = function.receiver.requests.lock().unwrap()[0].clone();
    assert!(verify(&headers, &body, FIRST) && verify(&headers, &body, SECOND));
    assert_eq!(headers.get_all("webhook-signature").iter().count(), 1);
}

#[tokio::test]
async fn invalid_previous_secret_is_ignored() {
    let function = function().await;
    function.aws.put_secret("orders", "whsec_not base64");
    function.aws.put_secret("orders", FIRST);
    assert!(function.failed_ids(vec![repeated_record("m", "github", 1)]).await.is_empty());
    let (headers, body) = function.receiver.requests.lock().unwrap()[0].clone();
    assert!(verify(&headers, &body, FIRST));
}

#[tokio::test]
async fn nothing_is_sent_without_a_valid_secret() {
    for secret in [None, Some("whsec_"), Some("whsec_not base64")] {
        let function = function().await;
        secret.iter().for_each(|secret| function.aws.put_secret("orders", secret));
        let retried = function.retried_destinations(vec![repeated_record("m", "github", 1)]).await;
        assert_eq!(retried, ["orders"], "{secret:?}");
        assert_eq!(function.received_requests(), 0);
    }
}
