//! Requests with which senders check an endpoint before they send events.

use hookline_aws::Stage;
use hookline_signature::{Secret, verify_token};
use serde_json::{Value, json};

use crate::fixture::{Function, QueueBehavior, SECRET, SecretStoreBehavior, gateway_request};
use crate::signed_request::{accepted_status, sign_request};

/// The event of a request without a body, for each API type.
fn requests(method: &str, source: &str, query: &[(&str, &str)], headers: &[(&str, &str)]) -> [Value; 2] {
    let mut rest = gateway_request(&format!("/webhooks/{source}"), headers, b"");
    rest["httpMethod"] = method.into();
    rest["multiValueQueryStringParameters"] =
        query.iter().map(|(name, value)| ((*name).to_owned(), json!([value]))).collect();
    let pairs: Vec<_> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let joined: serde_json::Map<_, _> =
        headers.iter().map(|(name, value)| (name.to_lowercase(), Value::from(*value))).collect();
    let http = json!({
        "version": "2.0",
        "routeKey": format!("{method} /webhooks/{source}"),
        "rawQueryString": pairs.join("&"),
        "headers": joined,
        "requestContext": { "requestId": "JKJaXmPLvHcESHA=", "stage": "live", "http": { "method": method } },
        "isBase64Encoded": false,
    });
    [rest, http]
}

fn token() -> String {
    verify_token(&Secret::new(SECRET).unwrap())
}

/// Checks the response to a request while the queue does not work.
async fn expect(requests: [Value; 2], status: i64, expected: impl Into<Value>) -> Value {
    let expected = expected.into();
    let mut headers = Value::Null;
    for request in requests {
        let function = Function::new();
        *function.queue.behavior.lock().unwrap() = QueueBehavior::Rejects;
        let (actual, response_headers, body) = function.call(request).await;
        assert_eq!((actual, &body), (status, &expected));
        assert!(function.queued_events().is_empty());
        headers = response_headers;
    }
    headers
}

#[tokio::test]
async fn query_is_returned_after_its_token_was_compared() {
    let query = |token: &str| {
        requests(
            "GET",
            "meta",
            &[("hub.mode", "subscribe"), ("hub.verify_token", token), ("hub.challenge", "1158201444")],
            &[],
        )
    };
    let headers = expect(query(&token()), 200, 1_158_201_444).await;
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["content-type"], "text/plain; charset=utf-8");
    for wrong in ["", "x", SECRET, &token()[1..]] {
        for request in query(wrong) {
            assert_eq!(Function::new().status(request).await, 401, "{wrong}");
        }
    }
}

#[tokio::test]
async fn value_of_the_query_is_signed() {
    let requests = requests("GET", "x", &[("crc_token", "challenge_1-A")], &[]);
    let mac = "sha256=W0eLPI2qCIl1JzrZPcWsJpD3bWWbBY9+TFYKfNF5cJs=";
    for request in requests {
        let (status, _, body) = Function::new().call(request).await;
        assert_eq!(status, 200);
        let token = body["response_token"].as_str().unwrap();
        assert_eq!(token.len(), mac.len());
        assert!(token.starts_with("sha256="));
    }
    for event_like in ["{}", "a=b", "a&b", "a.b", "1:2", "", &"a".repeat(257)] {
        let [rest, _] = self::requests("GET", "x", &[("crc_token", event_like)], &[]);
        assert_eq!(Function::new().status(rest).await, 400, "{event_like}");
    }
}

/// The response to a challenge must not be a valid signature of an event.
#[tokio::test]
async fn signed_challenge_is_no_event() {
    let [rest, _] = requests("GET", "x", &[("crc_token", "forged")], &[]);
    let (_, _, body) = Function::new().call(rest).await;
    let signature = body["response_token"].as_str().unwrap();
    let event = gateway_request("/webhooks/x", &[("x-twitter-webhooks-signature", signature)], b"forged");
    let function = Function::new();
    assert_eq!(function.status(event).await, 401);
    assert!(function.queued_events().is_empty());
}

#[tokio::test]
async fn header_is_returned_in_json() {
    let requests = requests("GET", "okta", &[], &[("X-Okta-Verification-Challenge", "c\"1")]);
    expect(requests, 200, json!({ "verification": "c\"1" })).await;
}

#[tokio::test]
async fn head_request_gets_a_response() {
    expect(requests("HEAD", "trello", &[], &[]), 200, "").await;
}

#[tokio::test]
async fn header_is_returned_and_its_key_is_not_trusted() {
    let key = [("X-Hook-Secret", "a-key-of-a-sender")];
    let [mut rest, mut http] = requests("POST", "asana", &[], &key);
    rest["httpMethod"] = "POST".into();
    http["routeKey"] = "POST /webhooks/asana".into();
    let headers = expect([rest, http], 200, "").await;
    assert_eq!(headers["x-hook-secret"], "a-key-of-a-sender");
    let function = Function::new();
    function.secrets.set("asana", Stage::Current, SECRET);
    let signed = sign_request("asana", b"{\"events\":[]}");
    assert_eq!(function.status(signed.event()).await, accepted_status("asana"), "the stored key still counts");
}

/// The secret is not stored yet when such a sender sends its first request.
#[tokio::test]
async fn first_request_gets_a_response_without_a_secret() {
    let function = Function::new();
    function.secrets.set_behavior(SecretStoreBehavior::Unavailable);
    let body = br#"{"verification_token":"secret_of_a_sender"}"#;
    assert_eq!(function.status(gateway_request("/webhooks/notion", &[], body)).await, 200);
    assert!(function.queued_events().is_empty());
}

#[tokio::test]
async fn value_of_the_body_is_returned() {
    let function = Function::new();
    let request = gateway_request(
        "/webhooks/monday",
        &[("Content-Type", "application/json")],
        br#"{"challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}"#,
    );
    let (status, _, body) = function.call(request).await;
    assert_eq!((status, body), (200, json!({ "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P" })));
    let [mut rest, _] =
        requests("POST", "graph", &[("validationToken", "Validation: Testing client application")], &[]);
    rest["httpMethod"] = "POST".into();
    let (status, _, body) = function.call(rest).await;
    assert_eq!((status, body), (200, "Validation: Testing client application".into()));
    assert!(function.queued_events().is_empty());
}

#[tokio::test]
async fn signed_handshake_is_verified_first() {
    let body = br#"{"payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},"event_ts":1654503849680,"event":"endpoint.url_validation"}"#;
    let request = sign_request("zoom", body);
    let (status, _, response) = Function::new().call(request.event()).await;
    assert_eq!((status, &response["plainToken"]), (200, &json!("qgg8vlvZRS6UYooatFL8Aw")));
    assert_eq!(response["encryptedToken"].as_str().unwrap().len(), 64);
    let forged = request.with_body(body.to_ascii_lowercase());
    assert_eq!(Function::new().status(forged.event()).await, 401);
}

#[tokio::test]
async fn other_requests_without_a_body_are_rejected() {
    for (method, source, status) in
        [("GET", "github", 404), ("HEAD", "meta", 404), ("GET", "meta", 400), ("PUT", "meta", 404)]
    {
        for request in requests(method, source, &[], &[]) {
            assert_eq!(Function::new().status(request).await, status, "{method} {source}");
        }
    }
}

/// A value that is returned is limited, and it cannot add a header or a line.
#[tokio::test]
async fn long_or_malformed_challenges_are_rejected() {
    for challenge in [&"x".repeat(1025), "a\r\nSet-Cookie: b", "a\u{0}"] {
        let [rest, _] = requests("GET", "dropbox", &[("challenge", challenge)], &[]);
        assert_eq!(Function::new().status(rest).await, 400, "{challenge:?}");
    }
    let script = "<script>alert(1)</script>";
    let [rest, _] = requests("GET", "dropbox", &[("challenge", script)], &[]);
    let (status, headers, body) = Function::new().call(rest).await;
    assert_eq!((status, &body, &headers["x-content-type-options"]), (200, &json!(script), &json!("nosniff")));
}
