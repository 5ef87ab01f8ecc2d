//! Each way of failing has its reason.

use crate::fixture::{Sent, all, case};

/// Where each scheme carries its signature.
const SIGNATURES: [(&str, &str); 14] = [
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

/// Where each scheme carries the time, if in a header of its own.
const TIMES: [(&str, &str); 5] = [
    ("slack", "X-Slack-Request-Timestamp"),
    ("standard", "webhook-timestamp"),
    ("standard ed25519", "webhook-timestamp"),
    ("gitlab signature", "webhook-timestamp"),
    ("hmac with all options", "X-Acme-Time"),
];

#[test]
fn the_table_has_every_scheme() {
    assert_eq!(all().iter().map(|it| it.name).collect::<Vec<_>>(), SIGNATURES.map(|(name, _)| name));
}

#[test]
fn a_signature_that_cannot_be_one_is_refused_by_every_scheme() {
    for (name, header) in SIGNATURES {
        let it = case(name);
        let sent = it.sign(&it.body(b"{}"));
        let good = sent.header(header);
        assert_eq!(it.verdict(&sent), "accepted", "{name}");
        assert_eq!(it.verdict(&sent.clone().without(header)), "signature_missing", "{name}");
        let twice = Sent {
            headers: [sent.headers.clone(), vec![(header.to_lowercase(), good.clone())]].concat(),
            ..sent.clone()
        };
        assert_eq!(it.verdict(&twice), "signature_duplicate", "{name}");
        let bent = [
            String::new(),
            " ".to_owned(),
            format!(" {good}!"),
            format!("{good}\0"),
            format!("{good}00"),
            good.chars().take(good.len() - 1).collect(),
            good.chars().take(good.len() / 2).collect(),
            good.trim_end_matches('=').to_owned() + "?",
            "\u{661}\u{662}\u{663}".to_owned(),
            "=,=".to_owned(),
            "\u{1b}[31m\r\n".to_owned(),
            "v1,v1=t=sha256=v0=".to_owned(),
        ];
        for value in bent {
            let verdict = it.verdict(&sent.clone().with(header, &value));
            assert!(!matches!(verdict, "accepted" | "empty_body"), "{name}: {value:?}");
        }
    }
}

#[test]
fn a_time_that_cannot_be_one_is_refused_by_every_scheme_that_signs_it() {
    for (name, header) in TIMES {
        let it = case(name);
        let sent = it.sign(&it.body(b"{}"));
        assert_eq!(it.verdict(&sent.clone().without(header)), "timestamp_missing", "{name}");
        let with = |value: &str| it.verdict(&sent.clone().with(header, value));
        assert_eq!(with(""), "timestamp_missing", "{name}");
        for value in ["-1", " 1614265330", "1e9", "12_3", "\u{661}", "1614265330000", "9223372036854775808", "hello"] {
            assert_eq!(with(value), "timestamp_malformed", "{name}: {value}");
        }
        assert_eq!(with("1614265331"), "signature_mismatch", "{name}: changed with the signature kept");
        assert_eq!(with("0"), "timestamp_too_old", "{name}");
        assert_eq!(with("99999999999"), "timestamp_too_new", "{name}");
        let again = vec![(header.to_owned(), sent.header(header))];
        let twice = Sent { headers: [sent.headers.clone(), again].concat(), ..sent.clone() };
        assert_eq!(it.verdict(&twice), "signature_duplicate", "{name}");
    }
}

#[test]
fn stripes_header_is_read_strictly() {
    let it = case("stripe");
    let sent = it.sign(b"{}");
    let good = sent.header("Stripe-Signature");
    let (time, tag) = good.split_once(',').unwrap();
    let with = |value: String| it.verdict(&sent.clone().with("Stripe-Signature", &value));
    assert_eq!(with(format!("{tag},{time}")), "accepted");
    assert_eq!(with(format!("{time},v0={},{tag}", "0".repeat(64))), "accepted");
    assert_eq!(with(tag.to_owned()), "timestamp_missing");
    assert_eq!(with(time.to_owned()), "signature_missing");
    assert_eq!(with(format!("{time},{time},{tag}")), "signature_duplicate");
    assert_eq!(with(format!("t=-1,{tag}")), "timestamp_malformed");
    assert_eq!(with(format!("{time},{}", tag.replace("v1=", "v0="))), "signature_missing");
    assert_eq!(with(format!("{time}, {tag}")), "signature_missing");
}

#[test]
fn linear_takes_its_time_from_the_signed_body() {
    let it = case("linear");
    let verdict = |body: &str| it.verdict(&it.sign(body.as_bytes()));
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

/// Separator and header of the schemes that take several signatures.
#[test]
fn of_several_signatures_one_has_to_be_right_and_their_number_is_bounded() {
    let separators = [
        ("stripe", "Stripe-Signature", ","),
        ("pagerduty", "X-PagerDuty-Signature", ","),
        ("standard", "webhook-signature", " "),
        ("standard ed25519", "webhook-signature", " "),
        ("hmac with all options", "X-Acme-Signature", " "),
    ];
    for (name, header, separator) in separators {
        let it = case(name);
        let sent = it.sign(b"{}");
        let (time, good) = match sent.header(header) {
            value if name == "stripe" => {
                value.split_once(',').map(|(time, tag)| (format!("{time},"), tag.to_owned())).unwrap()
            }
            value => (String::new(), value),
        };
        let bad = it.sign(b"[]").header(header);
        let bad = bad.rsplit(separator).next().unwrap();
        let several = |before: &[&str]| {
            let all = [before, &[&*good]].concat().join(separator);
            it.verdict(&sent.clone().with(header, &format!("{time}{all}")))
        };
        assert_eq!(several(&[bad; 19]), "accepted", "{name}");
        assert_eq!(several(&["v1=junk", "v1,junk", bad]), "accepted", "{name}");
        assert_eq!(several(&[bad; 20]), "signature_count", "{name}");
        assert_eq!(several(&[bad; 5000]), "signature_count", "{name}");
        let none = sent.clone().with(header, &format!("{time}{bad}{separator}{bad}"));
        assert_eq!(it.verdict(&none), "signature_mismatch", "{name}");
    }
}
