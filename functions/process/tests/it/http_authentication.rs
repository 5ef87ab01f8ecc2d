//! Credentials of `http` destinations that are sent as they are in the secret, and what all credentials have in common.

use std::sync::atomic::Ordering;

use axum::http::HeaderMap;
use hookline_aws::Variables;
use hookline_telemetry::{Level, Settings, capture};
use process::Config;
use serde_json::{Value, json};

use crate::fixture::{Function, environment, unique_record};

/// A value that no output may contain.
const CANARY: &str = "hunter2-hunter2";

const SIGNING_KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Creates the function with a destination at the receiver and its secret.
async fn function(options: Value, secret: &str) -> Function {
    let mut destination = json!({ "kind": "http", "url": "RECEIVER/orders", "timeout_ms": 4000 });
    destination.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
    let function = Function::with_destination(destination).await;
    function.aws.put_secret("orders", secret);
    function
}

/// Delivers one event and returns the headers of the request.
async fn sent_headers(options: Value, secret: &str) -> HeaderMap {
    let function = function(options, secret).await;
    assert_eq!(function.delivery_result(b"{}").await, "");
    let requests = function.receiver.requests.lock().unwrap();
    let [(headers, _)] = &requests[..] else { panic!("{} requests", requests.len()) };
    headers.clone()
}

#[tokio::test]
async fn token_is_sent_in_the_authorization_header() {
    for secret in ["token-of-team", "{\"token\":\"token-of-team\"}", "token-of-team\r\n"] {
        assert_eq!(sent_headers(json!({ "auth": "bearer" }), secret).await["authorization"], "Bearer token-of-team");
    }
}

/// The example of RFC 7617.
#[tokio::test]
async fn user_name_and_password_are_encoded() {
    let secret = json!({ "username": "Aladdin", "password": "open sesame" }).to_string();
    let headers = sent_headers(json!({ "auth": "basic" }), &secret).await;
    assert_eq!(headers["authorization"], "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
}

#[tokio::test]
async fn value_is_sent_in_the_configured_header() {
    assert_eq!(sent_headers(json!({ "auth": "header" }), "key-of-team").await["x-api-key"], "key-of-team");
    let options = json!({ "auth": "header", "auth_header": "Authorization" });
    assert_eq!(sent_headers(options, "ApiKey key-of-team").await["authorization"], "ApiKey key-of-team");
    let headers =
        sent_headers(json!({ "auth": "header", "auth_header": "X-Token" }), "{\"value\":\"a-b-c-d-e\"}").await;
    assert_eq!(headers["x-token"], "a-b-c-d-e");
}

#[tokio::test]
async fn request_can_be_signed_and_authenticated() {
    let cases = [
        (json!({ "auth": "bearer", "signed": true }), json!({ "token": "a-token", "signing_key": SIGNING_KEY })),
        (json!({ "auth": "header", "signed": true }), json!({ "value": "a-key", "signing_key": SIGNING_KEY })),
        (
            json!({ "auth": "basic", "signed": true }),
            json!({ "username": "a", "password": "b", "signing_key": SIGNING_KEY }),
        ),
    ];
    for (options, secret) in cases {
        let headers = sent_headers(options, &secret.to_string()).await;
        assert!(headers.contains_key("authorization") || headers.contains_key("x-api-key"));
        assert!(headers["webhook-signature"].to_str().unwrap().starts_with("v1,"));
    }
}

/// After the receiver has revoked a token, the function finds the new one without a deployment.
#[tokio::test]
async fn replaced_secret_is_used_after_a_rejection() {
    for status in [401, 403] {
        let function = function(json!({ "auth": "bearer" }), "first-token").await;
        assert_eq!(function.delivery_result(b"[1]").await, "");
        function.aws.put_secret("orders", "second-token");
        function.receiver.respond_with(status, None);
        assert_eq!(function.delivery_result(b"[2]").await, "");
        let requests = function.receiver.requests.lock().unwrap();
        let tokens: Vec<_> = requests.iter().map(|(headers, _)| headers["authorization"].to_str().unwrap()).collect();
        assert_eq!(tokens, ["Bearer first-token", "Bearer first-token", "Bearer second-token"]);
    }
}

#[tokio::test]
async fn rejection_of_an_unchanged_secret_is_permanent() {
    let function = function(json!({ "auth": "bearer" }), "first-token").await;
    function.receiver.respond_with(401, None);
    assert_eq!(function.delivery_result(b"{}").await, "http_401");
    assert_eq!(function.received_requests(), 1);
}

/// An operator may have replaced the secret that was rejected.
#[tokio::test]
async fn rejection_is_retried_while_the_secret_cannot_be_read() {
    let function = function(json!({ "auth": "bearer" }), "first-token").await;
    assert_eq!(function.delivery_result(b"{}").await, "");
    function.aws.hangs_on_secrets.store(true, Ordering::SeqCst);
    function.receiver.respond_with(401, None);
    assert_eq!(function.delivery_result(b"[1]").await, "retry");
    assert_eq!(function.received_requests(), 2);
}

#[tokio::test]
async fn secret_of_the_wrong_format_is_retried_without_a_request() {
    let cases = [
        ("bearer", "Bearer first-token"),
        ("bearer", "{\"username\":\"a\",\"password\":\"b\"}"),
        ("basic", "only-a-password"),
        ("basic", "{\"username\":\"a:b\",\"password\":\"c\"}"),
        ("header", "line\nbreak"),
        ("oauth2_client_credentials", "{\"client_id\":\"a\"}"),
        ("mtls", "not a certificate"),
    ];
    for (auth, secret) in cases {
        let url = if auth == "mtls" { "https://127.0.0.1:1/" } else { "RECEIVER/orders" };
        let options = json!({ "auth": auth, "url": url, "token_url": "RECEIVER/token" });
        let function = function(options, secret).await;
        assert_eq!(function.delivery_result(b"{}").await, "retry", "{auth}");
        assert_eq!(function.retries()[0]["reason"], "secret_unusable", "{auth}");
        assert_eq!(function.received_requests(), 0);
    }
}

/// Whatever happens to a request, its credentials are in no log line, no trace and no message.
#[tokio::test]
async fn no_output_contains_a_credential() {
    let user = json!({ "username": CANARY, "password": CANARY, "signing_key": CANARY });
    let secrets = [
        ("bearer", json!({ "token": CANARY })),
        ("bearer", json!({ "token": format!("{CANARY} {CANARY}") })),
        ("basic", json!({ "username": CANARY, "password": CANARY })),
        ("basic", user),
        ("header", json!({ "value": CANARY })),
        ("header", json!({ "other": CANARY, "value": CANARY })),
        ("oauth2_client_credentials", json!({ "client_id": CANARY, "client_secret": CANARY })),
        ("oauth2_client_credentials", json!({ "client_id": CANARY, "client_secret": format!("{CANARY}\u{0}") })),
        ("mtls", json!({ "certificate": CANARY, "key": CANARY })),
        ("none", json!({ "signing_key": CANARY })),
    ];
    for (auth, secret) in secrets {
        let log = capture(Settings { level: Level::Debug, service: "hookline-test".into(), function: "process" });
        let url = if auth == "mtls" { "https://127.0.0.1:1/" } else { "RECEIVER/orders" };
        let options = json!({ "auth": auth, "url": url, "token_url": "RECEIVER/token", "signed": auth == "none" });
        let function = function(options, &secret.to_string()).await;
        for status in [200, 401, 403, 503] {
            function.receiver.respond_with(status, None);
            let record = unique_record(&status.to_string(), "github", 1);
            assert!(function.failed_ids(vec![record]).await.is_empty());
        }
        let segments = log.segments();
        let output = format!("{} {segments:?} {:?} {:?}", log.text(), function.retries(), function.dead_letters());
        assert!(output.contains("orders") && !output.contains("hunter2"), "{auth}: {output}");
    }
}

#[test]
fn invalid_options_are_reported() {
    let errors = |options: Value| {
        let mut http = json!({ "kind": "http", "url": "https://a.example/" });
        http.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
        let destinations = json!({ "orders": http, "audit": http, "hangs": http }).to_string();
        let lookup = environment("https://receiver.test", "HOOKLINE_DESTINATIONS", Some(&destinations));
        Config::read(Variables::new(&lookup)).err().map(|errors| errors.to_string()).unwrap_or_default()
    };
    for auth in ["none", "bearer", "basic", "header", "sigv4", "mtls"] {
        assert_eq!(errors(json!({ "auth": auth })), "", "{auth}");
    }
    assert!(errors(json!({ "auth": "digest" })).contains("unknown variant `digest`"));
    let oauth2 = |token_url: Value| json!({ "auth": "oauth2_client_credentials", "token_url": token_url });
    assert_eq!(errors(oauth2(json!("https://login.example/token"))), "");
    assert!(errors(oauth2(Value::Null)).contains("needs `token_url`"));
    assert!(errors(oauth2(json!("http://login.example/token"))).contains("must use https"));
    for name in ["Host", "ce-id", "Content-Type", "webhook-id", "X Y", ""] {
        let error = errors(json!({ "auth": "header", "auth_header": name }));
        assert!(error.contains(&format!("the header `{name}` cannot be set")), "{error}");
    }
    let twice = errors(json!({ "auth": "header", "auth_header": "X-Key", "headers": { "x-key": "a" } }));
    assert!(twice.contains("the header `x-key` cannot be set"), "{twice}");
    assert!(errors(json!({ "headers": { "Authorization": "Bearer a" } })).contains("`Authorization` cannot be set"));
    for auth in ["sigv4", "mtls"] {
        let error = errors(json!({ "auth": auth, "url": "http://127.0.0.1/" }));
        assert!(error.contains(&format!("`auth = \"{auth}\"` needs an https URL")), "{error}");
    }
}
