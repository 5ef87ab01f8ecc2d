//! Fuzzes the verification of every scheme.
//!
//! The first line of the input is the scheme's number. The next three lines are the values of its signature, timestamp
//! and id headers, and the rest is the body. The input contains no valid signature, so the request must be rejected.

#![no_main]

use std::sync::LazyLock;

use hookline_signature::{Headers, Request, Scheme, SchemeConfig, Secret};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

const NOW: i64 = 1_614_265_330;

/// A scheme, its secret, and the headers for the three lines.
struct Case {
    scheme: Scheme,
    secret: Secret,
    headers: [&'static str; 3],
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let secret = "a secret that is in no corpus";
    let whsec = "whsec_YSBzZWNyZXQgdGhhdCBpcyBpbiBubyBjb3JwdXM=";
    let whpk = "whpk_A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=";
    let standard = ["webhook-signature", "webhook-timestamp", "webhook-id"];
    let hmac = json!({
        "scheme": "hmac", "header": "X-Sig", "prefix": "v1=", "encoding": "base64", "separator": " ",
        "template": "{id}.{timestamp}.{body}", "timestamp_header": "X-Time", "id_header": "X-Id",
    });
    [
        (json!({ "scheme": "bitbucket" }), secret, ["X-Hub-Signature", "X-Event-Key", "X-Request-UUID"]),
        (json!({ "scheme": "github" }), secret, ["X-Hub-Signature-256", "X-GitHub-Event", "X-GitHub-Delivery"]),
        (json!({ "scheme": "gitlab" }), secret, ["X-Gitlab-Token", "X-Gitlab-Event", "Idempotency-Key"]),
        (json!({ "scheme": "gitlab", "mode": "signature" }), whsec, standard),
        (hmac, secret, ["X-Sig", "X-Time", "X-Id"]),
        (json!({ "scheme": "linear" }), secret, ["Linear-Signature", "Linear-Event", "Linear-Delivery"]),
        (json!({ "scheme": "pagerduty" }), secret, ["X-PagerDuty-Signature", "X-A", "X-B"]),
        (json!({ "scheme": "shopify" }), secret, ["X-Shopify-Hmac-SHA256", "X-Shopify-Topic", "X-Shopify-Webhook-Id"]),
        (json!({ "scheme": "slack" }), secret, ["X-Slack-Signature", "X-Slack-Request-Timestamp", "X-A"]),
        (json!({ "scheme": "standard" }), whsec, standard),
        (json!({ "scheme": "standard" }), whpk, ["svix-signature", "svix-timestamp", "svix-id"]),
        (json!({ "scheme": "stripe" }), secret, ["Stripe-Signature", "X-A", "X-B"]),
        (json!({ "scheme": "twilio" }), secret, ["X-Twilio-Signature", "Content-Type", "I-Twilio-Idempotency-Token"]),
    ]
    .into_iter()
    .map(|(config, secret, headers)| {
        let config: SchemeConfig = serde_json::from_value(config).expect("the configuration is valid JSON");
        Case {
            scheme: config.resolve().expect("the configuration is valid"),
            secret: Secret::new(secret).expect("the secret is not blank"),
            headers,
        }
    })
    .collect()
});

fuzz_target!(|data: &[u8]| {
    let mut lines = data.splitn(5, |byte| *byte == b'\n');
    let mut text = || String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let scheme_number = text().parse::<usize>().unwrap_or_default();
    let values = [text(), text(), text()];
    let body = lines.next().unwrap_or_default();
    let case = &CASES[scheme_number % CASES.len()];
    let headers = Headers::from_iter(case.headers.into_iter().zip(values.clone()));
    let query = [("bodySHA256".to_owned(), values[2].clone())];
    let request = Request { headers: &headers, body, url: "https://hooks.example.com/x", query: &query };
    let verdict = case.scheme.verify(request, std::slice::from_ref(&case.secret), NOW);
    assert!(verdict.is_err(), "accepted without a valid signature");
});
