//! Requests in the event format of an HTTP API (2.0).

use hookline_senders::SchemeSource;
use hookline_signature::{Message, Secret};
use serde_json::{Value, json};

use crate::fixture::{Function, SECRET, github_request, secret_for};
use crate::signed_request::{accepted_status, sign_request};

/// Converts the event of a REST API to the event of an HTTP API for the same request.
fn as_http_api(event: &Value) -> Value {
    let headers: serde_json::Map<String, Value> = event["multiValueHeaders"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, values)| {
            let values: Vec<_> = values.as_array().unwrap().iter().map(|value| value.as_str().unwrap()).collect();
            (name.to_ascii_lowercase(), values.join(",").into())
        })
        .collect();
    let resource = event["resource"].as_str().unwrap();
    let stage_path = format!("/live{resource}");
    json!({
        "version": "2.0",
        "routeKey": format!("POST {resource}"),
        "rawPath": stage_path,
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "wt6mne2s9k",
            "domainName": "wt6mne2s9k.execute-api.eu-west-1.amazonaws.com",
            "http": { "method": "POST", "path": stage_path, "protocol": "HTTP/1.1", "sourceIp": "192.30.252.1" },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": format!("POST {resource}"),
            "stage": "live",
        },
        "body": event["body"],
        "isBase64Encoded": true,
    })
}

#[tokio::test]
async fn signed_request_is_queued_and_forged_request_is_rejected() {
    let function = Function::new();
    let (status, _, body) = function.call(as_http_api(&github_request("push", SECRET, b"{}"))).await;
    assert_eq!((status, &body["id"]), (202, &json!("72d3162e-cc78-11e3-81ab-4c9367dc0958")));
    assert_eq!(function.queued_events()[0].event_type, "github.push");
    let (status, _, problem) = function.call(as_http_api(&github_request("push", "another secret", b"{}"))).await;
    assert_eq!((status, &problem["request_id"]), (401, &json!("JKJaXmPLvHcESHA=")));
    assert_eq!(function.queued_events().len(), 1);
}

/// An HTTP API sends header names in lower case.
#[tokio::test]
async fn verifies_every_scheme() {
    let function = Function::new();
    for source in
        ["acme", "bitbucket", "github", "gitlab", "linear", "pagerduty", "shopify", "slack", "standard", "stripe"]
    {
        let body = format!("{{\"webhookTimestamp\":{},\"n\":1}}", crate::signed_request::now() * 1000);
        let event = as_http_api(&sign_request(source, body.as_bytes()).event());
        assert_eq!(function.status(event).await, accepted_status(source), "{source}");
    }
}

/// An HTTP API does not encode a body with a text content type.
#[tokio::test]
async fn accepts_text_body_without_base64() {
    let function = Function::new();
    let text = "{\"a\": \"\u{2665}\"}";
    let mut event = as_http_api(&github_request("push", SECRET, text.as_bytes()));
    (event["body"], event["isBase64Encoded"]) = (json!(text), json!(false));
    assert_eq!(function.status(event).await, 202);
}

/// An HTTP API joins the two values with a comma, which is not a valid signature.
#[tokio::test]
async fn rejects_repeated_signature_header() {
    let function = Function::new();
    let mut event = as_http_api(&github_request("push", SECRET, b"{}"));
    let signature = event["headers"]["x-hub-signature-256"].as_str().unwrap().to_owned();
    event["headers"]["x-hub-signature-256"] = format!("{signature},{signature}").into();
    assert_eq!(function.status(event).await, 401);
}

/// The status of a request that Twilio has signed for `url`, in the event of the API's own host.
async fn status_of_signed_url(url: &str, change: impl FnOnce(&mut Value)) -> i64 {
    let secret = Secret::new(secret_for("twilio")).unwrap();
    let message = Message { body: b"a=b", url, is_form: true, ..Message::default() };
    let signed = SchemeSource::sender("twilio").resolve().unwrap().sign(message, &secret).unwrap();
    let headers =
        json!({ "x-twilio-signature": signed.headers[0].1, "content-type": "application/x-www-form-urlencoded" });
    let mut event = as_http_api(&crate::fixture::webhook_request("twilio", &[], b"a=b"));
    event["headers"] = headers;
    change(&mut event);
    Function::new().status(event).await
}

#[tokio::test]
async fn signed_url_consists_of_host_and_path() {
    let url = "https://wt6mne2s9k.execute-api.eu-west-1.amazonaws.com/live/webhooks/twilio";
    assert_eq!(status_of_signed_url(url, |_| ()).await, 200);
    assert_eq!(status_of_signed_url("https://hooks.example.com/webhooks/twilio", |_| ()).await, 401);
}

/// Behind a custom domain, the event's path still begins with the stage, but the sender's URL does not. The stage
/// `$default` is in neither.
#[tokio::test]
async fn signed_url_of_a_custom_domain_has_no_stage() {
    let url = "https://hooks.example.com/webhooks/twilio";
    for (stage, path) in [
        ("live", "/live/webhooks/twilio"),
        ("live", "/webhooks/twilio"),
        ("$default", "/webhooks/twilio"),
        ("web", "/webhooks/twilio"),
    ] {
        let status = status_of_signed_url(url, |event| {
            let context = &mut event["requestContext"];
            context["domainName"] = json!("hooks.example.com");
            context["stage"] = json!(stage);
            context["http"]["path"] = json!(path);
        });
        assert_eq!(status.await, 200, "{stage} {path}");
    }
}

/// The route key is literal, so a source that is not configured cannot come from the sender's path.
#[tokio::test]
async fn source_is_the_last_segment_of_the_route_key() {
    let function = Function::new();
    let mut event = as_http_api(&github_request("push", SECRET, b"{}"));
    event["rawPath"] = json!("/hooks/live/webhooks/other");
    event["requestContext"]["http"]["path"] = event["rawPath"].clone();
    assert_eq!(function.status(event.clone()).await, 202);
    assert_eq!(function.queued_events()[0].source, "/webhooks/github");
    for route_key in ["POST /webhooks/", "POST /webhooks/github/x", "POST /hooks/github", "POST", "$default", ""] {
        event["routeKey"] = json!(route_key);
        assert_eq!(function.status(event.clone()).await, 404, "{route_key}");
    }
    assert_eq!(function.queued_events().len(), 1);
}

#[tokio::test]
async fn client_id_is_read_from_the_jwt_claims() {
    let function = Function::new();
    let mut event =
        as_http_api(&crate::fixture::gateway_request("/events", &[("Content-Type", "application/json")], b"{}"));
    assert_eq!(function.status(event.clone()).await, 401, "the API has lost its authorizer");
    event["requestContext"]["authorizer"] = json!({ "jwt": { "claims": { "client_id": "c-1" }, "scopes": ["x"] } });
    assert_eq!(function.status(event).await, 202);
    let mut other = as_http_api(&github_request("push", SECRET, b"{}"));
    other["routeKey"] = json!("GET /webhooks/github");
    assert_eq!(function.status(other).await, 404);
}
