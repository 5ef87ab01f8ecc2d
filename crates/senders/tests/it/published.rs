//! Signatures that senders have published for a text or for a URL.

use hookline_signature::{Headers, Request, VerifyError};
use serde_json::json;

use crate::source::{Source, secret};

fn verdict(
    source: &Source,
    key: &str,
    headers: &[(&str, &str)],
    query: &[(&str, &str)],
    body: &str,
) -> Result<(), VerifyError> {
    let headers = Headers::from_iter(headers.iter().copied());
    let query: Vec<_> = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let body = body.as_bytes();
    let request = Request { method: "POST", headers: &headers, body, url: "", query: &query, raw_query: "" };
    source.scheme.verify(request, &[secret(key)], 0).map(|_| ())
}

/// <https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/#Validating-webhook-deliveries>
#[test]
fn bitbucket() {
    let signature = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9";
    let source = Source::new(json!({ "sender": "bitbucket" }));
    let verdict_with =
        |body| verdict(&source, "It's a Secret to Everybody", &[("X-Hub-Signature", signature)], &[], body);
    assert_eq!(verdict_with("Hello World!"), Ok(()));
    assert!(verdict_with("Hello World").is_err());
}

/// <https://www.twilio.com/docs/usage/webhooks/webhooks-security#validating-signatures-from-twilio>
#[test]
fn twilio() {
    let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
    let source = Source::new(json!({ "sender": "twilio", "url": url }));
    let form = "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212";
    let headers = |signature| {
        [("X-Twilio-Signature", signature), ("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")]
    };
    assert_eq!(verdict(&source, "12345", &headers("RSOYDt4T1cUTdK1PDd93/VVr8B8="), &[], form), Ok(()));
    assert!(verdict(&source, "12345", &headers("0/KCTR6DLpKmkAf8muzZqo1nDgQ="), &[], form).is_err());

    // <https://github.com/twilio/twilio-python/blob/main/tests/unit/test_request_validator.py>
    let json = "{\"property\": \"value\", \"boolean\": true}";
    let headers = [("X-Twilio-Signature", "a9nBmqA0ju/hNViExpshrM61xv4="), ("Content-Type", "application/json")];
    let hash = [("bodySHA256", "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620")];
    assert_eq!(verdict(&source, "12345", &headers, &hash, json), Ok(()));
    assert_eq!(verdict(&source, "12345", &headers, &hash, "{}"), Err(VerifyError::BodyHashMismatch));
}
