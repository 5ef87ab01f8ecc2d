//! Attacks with signatures and secrets. Every attack returns 401 and queues no event. A few valid cases return 202:
//! they show that the attacks fail only because of their modification.

use hookline_aws::Stage;

use crate::fixture::{Function, SECRET, SOURCES, secret_for, webhook_request};
use crate::signed_request::{SignedRequest, accepted_status, sign_request};

/// The signature header of every source.
const SIGNATURE_HEADERS: [(&str, &str); 10] = [
    ("acme", "X-Acme-Signature"),
    ("bitbucket", "X-Hub-Signature"),
    ("github", "X-Hub-Signature-256"),
    ("gitlab", "X-Gitlab-Token"),
    ("pagerduty", "X-PagerDuty-Signature"),
    ("shopify", "X-Shopify-Hmac-SHA256"),
    ("slack", "X-Slack-Signature"),
    ("standard", "webhook-signature"),
    ("stripe", "Stripe-Signature"),
    ("twilio", "X-Twilio-Signature"),
];

/// Sends the request to a new function. Checks the status, and that an event is queued only with a status of success.
async fn expect_status(name: &str, request: &SignedRequest, status: i64) {
    let function = Function::new();
    assert_eq!(function.status(request.event()).await, status, "{}: {name}", request.source);
    assert_eq!(function.queued_events().len(), usize::from(status < 300), "{}: {name}", request.source);
}

#[tokio::test]
async fn accepts_valid_signature_of_every_scheme() {
    for source in SOURCES.into_iter().filter(|source| !matches!(*source, "linear" | "xml")) {
        expect_status("unmodified", &sign_request(source, b"{\"a\":1}"), accepted_status(source)).await;
    }
    let linear = format!("{{\"webhookTimestamp\":{}000}}", crate::signed_request::now());
    expect_status("unmodified", &sign_request("linear", linear.as_bytes()), accepted_status("linear")).await;
}

#[tokio::test]
async fn every_scheme_rejects_modified_signature() {
    for (source, header) in SIGNATURE_HEADERS {
        let request = sign_request(source, b"{\"a\":1}");
        let valid = request.header(header);
        let rows = [
            ("missing", request.clone().without_header(header)),
            ("blank", request.clone().with_header(header, "")),
            ("a space", request.clone().with_header(header, " ")),
            ("trailing space", request.clone().with_header(header, &format!("{valid} "))),
            ("trailing NUL", request.clone().with_header(header, &format!("{valid}\0"))),
            ("leading space", request.clone().with_header(header, &format!(" {valid}"))),
            ("no prefix", request.clone().with_header(header, valid.rsplit(['=', ',']).next().unwrap_or_default())),
            ("wrong prefix", request.clone().with_header(header, &format!("x{valid}"))),
            ("short", request.clone().with_header(header, valid.get(..10).unwrap_or("x"))),
            ("truncated", request.clone().with_header(header, &valid[..valid.len() - 4])),
            ("invalid character", request.clone().with_header(header, &format!("{}\u{fc}", &valid[..valid.len() - 2]))),
            ("digits of another script", request.clone().with_header(header, "\u{661}\u{662}\u{663}")),
            (
                "character inserted",
                request
                    .clone()
                    .with_header(header, &format!("{}:{}", &valid[..valid.len() - 6], &valid[valid.len() - 6..])),
            ),
            ("the signature as a list", request.clone().with_header(header, &format!("{valid};{valid}"))),
        ];
        for (name, request) in rows {
            // Standard Webhooks separates signatures with spaces, so a space around a signature has no effect.
            let is_valid = source == "standard" && matches!(name, "trailing space" | "leading space");
            // GitLab's token has no prefix to remove, and the last signature in Stripe's list is complete.
            let is_valid =
                is_valid || matches!((source, name), ("gitlab", "no prefix") | ("stripe", "the signature as a list"));
            expect_status(name, &request, if is_valid { 202 } else { 401 }).await;
        }
        let mut repeated = request.clone();
        repeated.headers.push((header.to_lowercase(), valid));
        expect_status("repeated header", &repeated, 401).await;
    }
}

#[tokio::test]
async fn every_scheme_rejects_any_flipped_bit() {
    for (source, header) in SIGNATURE_HEADERS {
        let request = sign_request(source, b"{}");
        let valid = request.header(header).into_bytes();
        let function = Function::new();
        for index in 0..valid.len() {
            let mut modified = valid.clone();
            modified[index] ^= 1;
            let modified = String::from_utf8(modified).unwrap();
            assert_eq!(
                function.status(request.clone().with_header(header, &modified).event()).await,
                401,
                "{source}: {modified}"
            );
        }
        assert!(function.queued_events().is_empty());
    }
}

#[tokio::test]
async fn rejects_other_encodings_of_a_valid_signature() {
    for (source, header) in
        [("github", "X-Hub-Signature-256"), ("slack", "X-Slack-Signature"), ("bitbucket", "X-Hub-Signature")]
    {
        let request = sign_request(source, b"{}");
        let (prefix, tag) =
            request.header(header).split_once('=').map(|(a, b)| (a.to_owned(), b.to_uppercase())).unwrap();
        expect_status("upper-case hex", &request.with_header(header, &format!("{prefix}={tag}")), 401).await;
    }
    for (source, header) in
        [("shopify", "X-Shopify-Hmac-SHA256"), ("standard", "webhook-signature"), ("acme", "X-Acme-Signature")]
    {
        let request = sign_request(source, b"{}");
        let stripped = request.header(header).trim_end_matches('=').to_owned();
        expect_status("padding stripped", &request.with_header(header, &stripped), 401).await;
    }
}

/// The values are the correct HMAC-SHA1 and HMAC-SHA512 of `{}` with `SECRET`, calculated with Python's `hmac`.
#[tokio::test]
async fn rejects_signature_of_another_algorithm() {
    let sha1 = "sha1=0afe0cafc3e329c3edabc71eb7e50e207f8371a2";
    let sha512 = "sha512=15474e5597649493ec0459397ffa26deeef0509d306802a6ae617\
                  ba4dba6c1f4427885847fa776ffc90eafb3b3bbc6c00f3eb214aa40ee03c6caecadf1ff6a5c";
    for (source, header) in
        [("github", "X-Hub-Signature"), ("github", "X-Hub-Signature-256"), ("bitbucket", "X-Hub-Signature")]
    {
        for signature in [sha1, sha512] {
            let event = webhook_request(source, &[("Content-Type", "application/json"), (header, signature)], b"{}");
            assert_eq!(Function::new().status(event).await, 401, "{source}: {signature}");
        }
    }
    let request = sign_request("stripe", b"{}");
    let downgraded = request.header("Stripe-Signature").replace("v1=", "v0=");
    expect_status("v0 only", &request.with_header("Stripe-Signature", &downgraded), 401).await;
    let request = sign_request("bitbucket", b"{}");
    let signature = request.header("X-Hub-Signature");
    let mut wrong_header = sign_request("github", b"{}").without_header("X-Hub-Signature-256");
    wrong_header.headers.push(("X-Hub-Signature".to_owned(), signature));
    expect_status("the header of another sender", &wrong_header, 401).await;
}

#[tokio::test]
async fn compares_a_limited_number_of_signatures() {
    let request = sign_request("pagerduty", b"{}");
    let (valid, invalid) = (request.header("X-PagerDuty-Signature"), format!("v1={}", "0".repeat(64)));
    let with_invalid = |count: usize| {
        let all = [vec![invalid.clone(); count], vec![valid.clone()]].concat().join(",");
        request.clone().with_header("X-PagerDuty-Signature", &all)
    };
    expect_status("3 invalid, 1 valid", &with_invalid(3), 202).await;
    expect_status("19 invalid, 1 valid", &with_invalid(19), 202).await;
    expect_status("5000 invalid, 1 valid", &with_invalid(5000), 401).await;
}

#[tokio::test]
async fn rejects_signature_with_another_secret_or_source() {
    let function = Function::new();
    function.secrets.set("bitbucket", Stage::Current, "another secret");
    assert_eq!(
        function.status(sign_request("bitbucket", b"{}").event()).await,
        401,
        "signed with the secret of the other sources"
    );
    let stripe = SignedRequest { source: "stripe".to_owned(), ..sign_request("slack", b"{}") };
    assert_eq!(function.status(stripe.event()).await, 401);
    assert!(function.queued_events().is_empty());
}

#[tokio::test]
async fn blank_or_unusable_secret_returns_503() {
    for source in SOURCES.into_iter().filter(|source| *source != "xml") {
        for value in ["", " ", "\t\r\n"] {
            let function = Function::new();
            function.secrets.set(source, Stage::Current, value);
            function.secrets.set(source, Stage::Previous, secret_for(source));
            assert_eq!(function.status(sign_request(source, b"{}").event()).await, 503, "{source}: {value:?}");
            assert!(function.queued_events().is_empty());
        }
    }
    for value in ["whsec_", "whsec_\n", "whsec", "whpk_AAAA", SECRET] {
        let function = Function::new();
        function.secrets.set("standard", Stage::Current, value);
        assert_eq!(function.status(sign_request("standard", b"{}").event()).await, 503, "{value:?}");
        assert!(function.queued_events().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn corrected_secret_is_used_after_the_next_refresh() {
    let function = Function::new();
    function.secrets.set("standard", Stage::Current, "whsec_");
    assert_eq!(function.status(sign_request("standard", b"{}").event()).await, 503);
    function.secrets.set("standard", Stage::Current, secret_for("standard"));
    tokio::time::advance(std::time::Duration::from_secs(31)).await;
    assert_eq!(function.status(sign_request("standard", b"{}").event()).await, 202);
}
