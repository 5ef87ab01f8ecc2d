//! Requests that are signed with the credentials of the function's role. The test computes each signature by itself:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use axum::http::HeaderMap;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::fixture::{Function, TlsReceiver};

const PAYLOAD: &[u8] = b"{\"b\": 1}\r\n";

/// Delivers one event and returns the headers of the request, and the host.
async fn sent(path: &str, options: Value, secret: Option<&str>) -> (HeaderMap, String) {
    let receiver = TlsReceiver::start(None).await;
    let mut destination = json!({ "kind": "http", "url": format!("{}{path}", receiver.url), "auth": "sigv4" });
    destination.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
    let destinations = json!({ "orders": destination, "audit": destination, "hangs": destination });
    let variables = [
        receiver.variable(),
        ("HOOKLINE_DESTINATIONS", destinations.to_string()),
        ("AWS_SESSION_TOKEN", "session".to_owned()),
    ];
    let function = Function::with_variables(&variables).await;
    secret.into_iter().for_each(|secret| function.aws.put_secret("orders", secret));
    assert_eq!(function.delivery_result(PAYLOAD).await, "");
    let (headers, body) = receiver.receiver.requests.lock().unwrap()[0].clone();
    assert_eq!(body[..], *PAYLOAD);
    (headers, receiver.url.trim_start_matches("https://").to_owned())
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// Returns the header `Authorization` that the request must have.
fn expected(headers: &HeaderMap, path: &str, query: &str, region: &str, service: &str) -> String {
    let text = |name: &str| headers[name].to_str().unwrap();
    let names = ["content-type", "host", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"];
    let canonical_headers: String = names.iter().map(|name| format!("{name}:{}\n", text(name))).collect();
    let (names, hash) = (names.join(";"), hex(Sha256::digest(PAYLOAD)));
    let request = format!("POST\n{path}\n{query}\n{canonical_headers}\n{names}\n{hash}");
    let (time, date) = (text("x-amz-date"), &text("x-amz-date")[..8]);
    let scope = format!("{date}/{region}/{service}/aws4_request");
    let to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hex(Sha256::digest(request)));
    let key = [date, region, service, "aws4_request"].iter().fold(b"AWS4secret".to_vec(), |key, part| mac(&key, part));
    let signature = hex(mac(&key, &to_sign));
    format!("AWS4-HMAC-SHA256 Credential=key/{scope}, SignedHeaders={names}, Signature={signature}")
}

#[tokio::test]
async fn exact_body_and_query_are_signed() {
    let (headers, host) = sent("/prod/hooks%20a?b=2&a=x%2Fy&c", json!({}), None).await;
    assert_eq!(headers["host"], host.as_str());
    assert_eq!(headers["x-amz-security-token"], "session");
    let expected = expected(&headers, "/prod/hooks%2520a", "a=x%2Fy&b=2&c=", "eu-central-1", "execute-api");
    assert_eq!(headers["authorization"], expected.as_str());
}

#[tokio::test]
async fn service_and_region_are_options() {
    let (headers, _) = sent("/", json!({ "service": "lambda", "region": "us-east-1" }), None).await;
    assert_eq!(headers["authorization"], expected(&headers, "/", "", "us-east-1", "lambda").as_str());
}

#[tokio::test]
async fn request_can_have_both_signatures() {
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let (headers, _) = sent("/", json!({ "signed": true }), Some(secret)).await;
    assert!(headers.contains_key("webhook-signature"));
    assert_eq!(headers["authorization"], expected(&headers, "/", "", "eu-central-1", "execute-api").as_str());
}
