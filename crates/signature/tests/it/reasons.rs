//! The reason code of each kind of failure.

use crate::fixture::{TestRequest, all_cases, case};

/// The header that carries the signature of each scheme.
const SIGNATURE_HEADERS: [(&str, &str); 14] = [
    ("bitbucket", "X-Hub-Signature"),
    ("github", "X-Hub-Signature-256"),
    ("gitlab token", "X-Gitlab-Token"),
    ("gitlab signature", "webhook-signature"),
    ("hmac", "X-Acme-Signature"),
    ("hmac with all options", "X-Acme-Signature"),
    ("linear", "Linear-Signature"),
    ("pagerduty", "X-PagerDuty-Signature"),
    ("shopify", "X-Shopify-Hmac-SHA256"),
    ("slack", "X-Slack-Signature"),
    ("standard", "webhook-signature"),
    ("standard ed25519", "webhook-signature"),
    ("stripe", "Stripe-Signature"),
    ("twilio", "X-Twilio-Signature"),
];

/// The header that carries the timestamp, for the schemes that have one.
const TIMESTAMP_HEADERS: [(&str, &str); 5] = [
    ("slack", "X-Slack-Request-Timestamp"),
    ("standard", "webhook-timestamp"),
    ("standard ed25519", "webhook-timestamp"),
    ("gitlab signature", "webhook-timestamp"),
    ("hmac with all options", "X-Acme-Time"),
];

#[test]
fn table_contains_every_scheme() {
    assert_eq!(all_cases().iter().map(|case| case.name).collect::<Vec<_>>(), SIGNATURE_HEADERS.map(|(name, _)| name));
}

#[test]
fn every_scheme_rejects_malformed_signatures() {
    for (name, header) in SIGNATURE_HEADERS {
        let case = case(name);
        let sent = case.sign(&case.body(b"{}"));
        let valid = sent.header(header);
        assert_eq!(case.verdict(&sent), "accepted", "{name}");
        assert_eq!(case.verdict(&sent.clone().without_header(header)), "signature_missing", "{name}");
        let duplicated = TestRequest {
            headers: [sent.headers.clone(), vec![(header.to_lowercase(), valid.clone())]].concat(),
            ..sent.clone()
        };
        assert_eq!(case.verdict(&duplicated), "signature_duplicate", "{name}");
        let malformed = [
            String::new(),
            " ".to_owned(),
            format!(" {valid}!"),
            format!("{valid}\0"),
            format!("{valid}00"),
            valid.chars().take(valid.len() - 1).collect(),
            valid.chars().take(valid.len() / 2).collect(),
            valid.trim_end_matches('=').to_owned() + "?",
            "\u{661}\u{662}\u{663}".to_owned(),
            "=,=".to_owned(),
            "\u{1b}[31m\r\n".to_owned(),
            "v1,v1=t=sha256=v0=".to_owned(),
        ];
        for value in malformed {
            let verdict = case.verdict(&sent.clone().with_header(header, &value));
            assert!(!matches!(verdict, "accepted" | "empty_body"), "{name}: {value:?}");
        }
    }
}

#[test]
fn every_scheme_with_a_timestamp_rejects_malformed_ones() {
    for (name, header) in TIMESTAMP_HEADERS {
        let case = case(name);
        let sent = case.sign(&case.body(b"{}"));
        assert_eq!(case.verdict(&sent.clone().without_header(header)), "timestamp_missing", "{name}");
        let verdict_with = |value: &str| case.verdict(&sent.clone().with_header(header, value));
        assert_eq!(verdict_with(""), "timestamp_missing", "{name}");
        for value in ["-1", " 1614265330", "1e9", "12_3", "\u{661}", "1614265330000", "9223372036854775808", "hello"] {
            assert_eq!(verdict_with(value), "timestamp_malformed", "{name}: {value}");
        }
        assert_eq!(
            verdict_with("1614265331"),
            "signature_mismatch",
            "{name}: another timestamp with the same signature"
        );
        assert_eq!(verdict_with("0"), "timestamp_too_old", "{name}");
        assert_eq!(verdict_with("99999999999"), "timestamp_too_new", "{name}");
        let duplicate = vec![(header.to_owned(), sent.header(header))];
        let duplicated = TestRequest { headers: [sent.headers.clone(), duplicate].concat(), ..sent.clone() };
        assert_eq!(case.verdict(&duplicated), "signature_duplicate", "{name}");
    }
}

#[test]
fn stripe_header_is_parsed_strictly() {
    let case = case("stripe");
    let sent = case.sign(b"{}");
    let valid = sent.header("Stripe-Signature");
    let (time, tag) = valid.split_once(',').unwrap();
    let verdict_with = |value: String| case.verdict(&sent.clone().with_header("Stripe-Signature", &value));
    assert_eq!(verdict_with(format!("{tag},{time}")), "accepted");
    assert_eq!(verdict_with(format!("{time},v0={},{tag}", "0".repeat(64))), "accepted");
    assert_eq!(verdict_with(tag.to_owned()), "timestamp_missing");
    assert_eq!(verdict_with(time.to_owned()), "signature_missing");
    assert_eq!(verdict_with(format!("{time},{time},{tag}")), "signature_duplicate");
    assert_eq!(verdict_with(format!("t=-1,{tag}")), "timestamp_malformed");
    assert_eq!(verdict_with(format!("{time},{}", tag.replace("v1=", "v0="))), "signature_missing");
    assert_eq!(verdict_with(format!("{time}, {tag}")), "signature_missing");
}

#[test]
fn linear_reads_the_timestamp_from_the_signed_body() {
    let case = case("linear");
    let verdict = |body: &str| case.verdict(&case.sign(body.as_bytes()));
    assert_eq!(verdict("{\"webhookTimestamp\":1614265330000}"), "accepted");
    assert_eq!(verdict("{}"), "timestamp_missing");
    assert_eq!(verdict("null"), "timestamp_missing");
    assert_eq!(verdict("{\"webhookTimestamp\":null}"), "timestamp_missing");
    assert_eq!(verdict("{\"webhookTimestamp\":1,\"webhookTimestamp\":1614265330000}"), "timestamp_missing");
    assert_eq!(verdict("{\"webhookTimestamp\":\"1614265330000\"}"), "timestamp_malformed");
    assert_eq!(verdict("{\"webhookTimestamp\":1.6e12}"), "timestamp_malformed");
    assert_eq!(verdict("{\"webhookTimestamp\":-9223372036854775808}"), "timestamp_too_old");
    assert_eq!(verdict("{\"webhookTimestamp\":9223372036854775807}"), "timestamp_too_new");
}

/// For the schemes that accept several signatures.
#[test]
fn one_of_several_signatures_has_to_match_and_their_number_is_limited() {
    let schemes = [
        ("stripe", "Stripe-Signature", ","),
        ("pagerduty", "X-PagerDuty-Signature", ","),
        ("standard", "webhook-signature", " "),
        ("standard ed25519", "webhook-signature", " "),
        ("hmac with all options", "X-Acme-Signature", " "),
    ];
    for (name, header, separator) in schemes {
        let case = case(name);
        let sent = case.sign(b"{}");
        let (time, valid) = match sent.header(header) {
            value if name == "stripe" => {
                value.split_once(',').map(|(time, tag)| (format!("{time},"), tag.to_owned())).unwrap()
            }
            value => (String::new(), value),
        };
        let invalid = case.sign(b"[]").header(header);
        let invalid = invalid.rsplit(separator).next().unwrap();
        let verdict_after = |before: &[&str]| {
            let all = [before, &[&*valid]].concat().join(separator);
            case.verdict(&sent.clone().with_header(header, &format!("{time}{all}")))
        };
        assert_eq!(verdict_after(&[invalid; 19]), "accepted", "{name}");
        assert_eq!(verdict_after(&["v1=junk", "v1,junk", invalid]), "accepted", "{name}");
        assert_eq!(verdict_after(&[invalid; 20]), "signature_count", "{name}");
        assert_eq!(verdict_after(&[invalid; 5000]), "signature_count", "{name}");
        let without_match = sent.clone().with_header(header, &format!("{time}{invalid}{separator}{invalid}"));
        assert_eq!(case.verdict(&without_match), "signature_mismatch", "{name}");
    }
}
