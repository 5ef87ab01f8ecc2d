//! The reason code of each kind of failure.

use crate::fixture::TestRequest;
use crate::source::source;

/// The header that carries the timestamp, for the senders that have one.
const TIMESTAMP_HEADERS: [(&str, &str); 5] = [
    ("slack", "X-Slack-Request-Timestamp"),
    ("standard", "webhook-timestamp"),
    ("standard ed25519", "webhook-timestamp"),
    ("gitlab-signed", "webhook-timestamp"),
    ("hmac with all options", "X-Acme-Time"),
];

/// The header that carries the signature, with what a malformed one is called.
const SIGNATURE_HEADERS: [(&str, &str, [&str; 3]); 12] = [
    ("bitbucket", "X-Hub-Signature", ["signature_prefix", "signature_encoding", "signature_length"]),
    ("github", "X-Hub-Signature-256", ["signature_prefix", "signature_encoding", "signature_length"]),
    ("gitlab-signed", "webhook-signature", ["signature_prefix", "signature_encoding", "signature_length"]),
    ("hmac", "X-Acme-Signature", ["signature_encoding", "signature_encoding", "signature_length"]),
    ("hmac with all options", "X-Acme-Signature", ["signature_prefix", "signature_encoding", "signature_length"]),
    ("linear", "Linear-Signature", ["signature_encoding", "signature_encoding", "signature_length"]),
    ("pagerduty", "X-PagerDuty-Signature", ["signature_prefix", "signature_encoding", "signature_length"]),
    ("shopify", "X-Shopify-Hmac-SHA256", ["signature_encoding", "signature_encoding", "signature_length"]),
    ("slack", "X-Slack-Signature", ["signature_prefix", "signature_encoding", "signature_length"]),
    ("standard", "webhook-signature", ["signature_prefix", "signature_encoding", "signature_length"]),
    ("stripe", "Stripe-Signature", ["signature_missing", "signature_encoding", "signature_length"]),
    ("twilio", "X-Twilio-Signature", ["signature_encoding", "signature_encoding", "signature_length"]),
];

/// The property that they are rejected at all is tested for the whole catalogue.
#[test]
fn malformed_signatures_have_specific_reasons() {
    for (name, header, [without_prefix, not_encoded, too_short]) in SIGNATURE_HEADERS {
        let source = source(name);
        let sent = source.sign(b"{}");
        let valid = sent.header(header);
        let verdict_with = |value: &str| source.verdict(&sent.clone().with_header(header, value));
        assert_eq!(verdict_with(&valid), "accepted", "{name}");
        assert_eq!(source.verdict(&sent.clone().without_header(header)), "signature_missing", "{name}");
        let duplicate = vec![(header.to_lowercase(), valid.clone())];
        let duplicated = TestRequest { headers: [sent.headers.clone(), duplicate].concat(), ..sent.clone() };
        assert_eq!(source.verdict(&duplicated), "signature_duplicate", "{name}");
        assert_eq!(verdict_with("\u{661}\u{662}\u{663}"), without_prefix, "{name}");
        assert_eq!(verdict_with(&format!("{valid}!")), not_encoded, "{name}");
        let shorter = valid.get(..valid.len() - 4).unwrap_or_default();
        assert_eq!(verdict_with(shorter), too_short, "{name}");
    }
}

#[test]
fn every_sender_with_a_timestamp_rejects_malformed_ones() {
    for (name, header) in TIMESTAMP_HEADERS {
        let source = source(name);
        let sent = source.sign(b"{}");
        assert_eq!(source.verdict(&sent.clone().without_header(header)), "timestamp_missing", "{name}");
        let verdict_with = |value: &str| source.verdict(&sent.clone().with_header(header, value));
        assert_eq!(verdict_with(""), "timestamp_missing", "{name}");
        for value in [
            "-1",
            " 1614265330",
            "1e9",
            "12_3",
            "\u{661}",
            "01614265330",
            "1614265330000",
            "9223372036854775808",
            "hello",
        ] {
            assert_eq!(verdict_with(value), "timestamp_malformed", "{name}: {value}");
        }
        assert_eq!(verdict_with("1614265331"), "signature_mismatch", "{name}: another time with the same signature");
        assert_eq!(verdict_with("0"), "timestamp_too_old", "{name}");
        assert_eq!(verdict_with("99999999999"), "timestamp_too_new", "{name}");
        let duplicate = vec![(header.to_owned(), sent.header(header))];
        let duplicated = TestRequest { headers: [sent.headers.clone(), duplicate].concat(), ..sent.clone() };
        assert_eq!(source.verdict(&duplicated), "signature_duplicate", "{name}");
    }
}

#[test]
fn stripe_header_is_parsed_strictly() {
    let source = source("stripe");
    let sent = source.sign(b"{}");
    let valid = sent.header("Stripe-Signature");
    let (time, tag) = valid.split_once(',').unwrap();
    let verdict_with = |value: String| source.verdict(&sent.clone().with_header("Stripe-Signature", &value));
    assert_eq!(verdict_with(format!("{tag},{time}")), "accepted");
    assert_eq!(verdict_with(format!("{time},v0={},{tag}", "0".repeat(64))), "accepted");
    assert_eq!(verdict_with(tag.to_owned()), "timestamp_missing");
    assert_eq!(verdict_with(time.to_owned()), "signature_missing");
    assert_eq!(verdict_with(format!("{time},{time},{tag}")), "signature_duplicate");
    assert_eq!(verdict_with(format!("t=-1,{tag}")), "timestamp_malformed");
    assert_eq!(verdict_with(format!("{time},{}", tag.replace("v1=", "v0="))), "signature_missing");
    assert_eq!(verdict_with(format!("{time}, {tag}")), "signature_missing");
}

/// A time is a number or the same number as a text, because senders write both.
#[test]
fn linear_reads_the_timestamp_from_the_signed_body() {
    let source = source("linear");
    let verdict = |body: &str| source.verdict(&TestRequest::new(&[("Linear-Signature", &signature(body))], body));
    assert_eq!(verdict("{\"webhookTimestamp\":1614265330000}"), "accepted");
    assert_eq!(verdict("{\"webhookTimestamp\":\"1614265330000\"}"), "accepted");
    assert_eq!(verdict("{}"), "timestamp_missing");
    assert_eq!(verdict("null"), "timestamp_missing");
    assert_eq!(verdict("{\"webhookTimestamp\":null}"), "timestamp_missing");
    assert_eq!(verdict("{\"webhookTimestamp\":1,\"webhookTimestamp\":1614265330000}"), "timestamp_missing");
    assert_eq!(verdict("{\"webhookTimestamp\":1.6e12}"), "timestamp_malformed");
    assert_eq!(verdict("{\"webhookTimestamp\":-9223372036854775808}"), "timestamp_malformed");
    assert_eq!(verdict("{\"webhookTimestamp\":9223372036854775807}"), "timestamp_malformed");
    assert_eq!(verdict("{\"webhookTimestamp\":1}"), "timestamp_too_old");
    assert_eq!(verdict("{\"webhookTimestamp\":99999999999999}"), "timestamp_too_new");
}

/// Returns Linear's signature of a body as it is, which can be one that Linear does not send.
fn signature(body: &str) -> String {
    source("hmac").sign(body.as_bytes()).header("X-Acme-Signature")
}

/// For the senders that accept several signatures.
#[test]
fn one_of_several_signatures_has_to_match_and_their_number_is_limited() {
    let senders = [
        ("stripe", "Stripe-Signature", ","),
        ("pagerduty", "X-PagerDuty-Signature", ","),
        ("standard", "webhook-signature", " "),
        ("standard ed25519", "webhook-signature", " "),
        ("hmac with all options", "X-Acme-Signature", " "),
    ];
    for (name, header, separator) in senders {
        let source = source(name);
        let sent = source.sign(b"{}");
        let (time, valid) = match sent.header(header) {
            value if name == "stripe" => {
                value.split_once(',').map(|(time, tag)| (format!("{time},"), tag.to_owned())).unwrap()
            }
            value => (String::new(), value),
        };
        let invalid = source.sign(b"[]").header(header);
        let invalid = invalid.rsplit(separator).next().unwrap();
        let verdict_after = |before: &[&str]| {
            let all = [before, &[&*valid]].concat().join(separator);
            source.verdict(&sent.clone().with_header(header, &format!("{time}{all}")))
        };
        assert_eq!(verdict_after(&[invalid; 19]), "accepted", "{name}");
        assert_eq!(verdict_after(&["v1=junk", "v1,junk", invalid]), "accepted", "{name}");
        assert_eq!(verdict_after(&[invalid; 20]), "signature_count", "{name}");
        assert_eq!(verdict_after(&[invalid; 5000]), "signature_count", "{name}");
        let without_match = sent.clone().with_header(header, &format!("{time}{invalid}{separator}{invalid}"));
        assert_eq!(source.verdict(&without_match), "signature_mismatch", "{name}");
    }
}
