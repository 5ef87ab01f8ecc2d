//! What people try with signatures and secrets. Every row ends in 401 and leaves the queue alone, but for those that are
//! there to show that the others fail for their own reason.

use hookline_aws::Stage;

use crate::fixture::{Function, SECRET, SOURCES, secret_of, webhook};
use crate::sent::{Sent, signed};

/// Every source's signature header.
const HEADERS: [(&str, &str); 10] = [
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

async fn expect(name: &str, sent: &Sent, status: i64) {
    let function = Function::new();
    assert_eq!(function.status(sent.event()).await, status, "{}: {name}", sent.source);
    assert_eq!(function.queued().len(), usize::from(status == 202), "{}: {name}", sent.source);
}

#[tokio::test]
async fn what_every_sender_signs_is_accepted() {
    for source in SOURCES.into_iter().filter(|source| !matches!(*source, "linear" | "xml")) {
        expect("as signed", &signed(source, b"{\"a\":1}"), 202).await;
    }
    let linear = format!("{{\"webhookTimestamp\":{}000}}", crate::sent::now());
    expect("as signed", &signed("linear", linear.as_bytes()), 202).await;
}

#[tokio::test]
async fn a_signature_that_is_bent_is_refused_by_every_scheme() {
    for (source, header) in HEADERS {
        let sent = signed(source, b"{\"a\":1}");
        let good = sent.header(header);
        let rows = [
            ("missing", sent.clone().without(header)),
            ("blank", sent.clone().with(header, "")),
            ("a space", sent.clone().with(header, " ")),
            ("trailing space", sent.clone().with(header, &format!("{good} "))),
            ("trailing NUL", sent.clone().with(header, &format!("{good}\0"))),
            ("leading space", sent.clone().with(header, &format!(" {good}"))),
            ("no prefix", sent.clone().with(header, good.rsplit(['=', ',']).next().unwrap_or_default())),
            ("wrong prefix", sent.clone().with(header, &format!("x{good}"))),
            ("short", sent.clone().with(header, good.get(..10).unwrap_or("x"))),
            ("truncated", sent.clone().with(header, &good[..good.len() - 4])),
            ("not of its alphabet", sent.clone().with(header, &format!("{}\u{fc}", &good[..good.len() - 2]))),
            ("other scripts", sent.clone().with(header, "\u{661}\u{662}\u{663}")),
            (
                "junk between",
                sent.clone().with(header, &format!("{}:{}", &good[..good.len() - 6], &good[good.len() - 6..])),
            ),
            ("a list of itself", sent.clone().with(header, &format!("{good};{good}"))),
        ];
        for (name, sent) in rows {
            // Spaces are what separates Standard Webhooks' signatures: around one they mean nothing.
            let harmless = source == "standard" && matches!(name, "trailing space" | "leading space");
            // A token has no prefix to lose, and in Stripe's list the last signature is whole again.
            let harmless =
                harmless || matches!((source, name), ("gitlab", "no prefix") | ("stripe", "a list of itself"));
            expect(name, &sent, if harmless { 202 } else { 401 }).await;
        }
        let mut twice = sent.clone();
        twice.headers.push((header.to_lowercase(), good));
        expect("twice", &twice, 401).await;
    }
}

#[tokio::test]
async fn each_flipped_bit_of_every_scheme_is_refused() {
    for (source, header) in HEADERS {
        let sent = signed(source, b"{}");
        let good = sent.header(header).into_bytes();
        let function = Function::new();
        for at in 0..good.len() {
            let mut bent = good.clone();
            bent[at] ^= 1;
            let bent = String::from_utf8(bent).unwrap();
            assert_eq!(function.status(sent.clone().with(header, &bent).event()).await, 401, "{source}: {bent}");
        }
        assert!(function.queued().is_empty());
    }
}

#[tokio::test]
async fn one_signature_has_one_form() {
    for (source, header) in
        [("github", "X-Hub-Signature-256"), ("slack", "X-Slack-Signature"), ("bitbucket", "X-Hub-Signature")]
    {
        let sent = signed(source, b"{}");
        let (prefix, tag) = sent.header(header).split_once('=').map(|(a, b)| (a.to_owned(), b.to_uppercase())).unwrap();
        expect("upper-case hex", &sent.with(header, &format!("{prefix}={tag}")), 401).await;
    }
    for (source, header) in
        [("shopify", "X-Shopify-Hmac-SHA256"), ("standard", "webhook-signature"), ("acme", "X-Acme-Signature")]
    {
        let sent = signed(source, b"{}");
        let stripped = sent.header(header).trim_end_matches('=').to_owned();
        expect("padding stripped", &sent.with(header, &stripped), 401).await;
    }
}

/// Right for whoever looks at them: HMAC-SHA1 and HMAC-SHA512 of `{}` with `SECRET`, by Python's `hmac`.
#[tokio::test]
async fn a_weaker_or_another_algorithm_is_never_looked_at() {
    let sha1 = "sha1=0afe0cafc3e329c3edabc71eb7e50e207f8371a2";
    let sha512 = "sha512=15474e5597649493ec0459397ffa26deeef0509d306802a6ae617\
                  ba4dba6c1f4427885847fa776ffc90eafb3b3bbc6c00f3eb214aa40ee03c6caecadf1ff6a5c";
    for (source, header) in
        [("github", "X-Hub-Signature"), ("github", "X-Hub-Signature-256"), ("bitbucket", "X-Hub-Signature")]
    {
        for signature in [sha1, sha512] {
            let event = webhook(source, &[("Content-Type", "application/json"), (header, signature)], b"{}");
            assert_eq!(Function::new().status(event).await, 401, "{source}: {signature}");
        }
    }
    let sent = signed("stripe", b"{}");
    let downgraded = sent.header("Stripe-Signature").replace("v1=", "v0=");
    expect("v0 only", &sent.with("Stripe-Signature", &downgraded), 401).await;
    let sent = signed("bitbucket", b"{}");
    let github = sent.header("X-Hub-Signature");
    let mut crossed = signed("github", b"{}").without("X-Hub-Signature-256");
    crossed.headers.push(("X-Hub-Signature".to_owned(), github));
    expect("another sender's header", &crossed, 401).await;
}

#[tokio::test]
async fn thousands_of_signatures_are_not_compared() {
    let sent = signed("pagerduty", b"{}");
    let (good, bad) = (sent.header("X-PagerDuty-Signature"), format!("v1={}", "0".repeat(64)));
    let with = |bad_ones: usize| {
        let all = [vec![bad.clone(); bad_ones], vec![good.clone()]].concat().join(",");
        sent.clone().with("X-PagerDuty-Signature", &all)
    };
    expect("three bad, one good", &with(3), 202).await;
    expect("nineteen bad, one good", &with(19), 202).await;
    expect("five thousand bad, one good", &with(5000), 401).await;
}

#[tokio::test]
async fn another_secret_or_another_sources_is_refused() {
    let function = Function::new();
    function.secrets.put("bitbucket", Stage::Current, "another");
    assert_eq!(function.status(signed("bitbucket", b"{}").event()).await, 401, "the secret of the other sources");
    let stripe = Sent { source: "stripe".to_owned(), ..signed("slack", b"{}") };
    assert_eq!(function.status(stripe.event()).await, 401);
    assert!(function.queued().is_empty());
}

#[tokio::test]
async fn a_secret_that_is_nothing_is_503_and_never_a_pass() {
    for source in SOURCES.into_iter().filter(|source| *source != "xml") {
        for value in ["", " ", "\t\r\n"] {
            let function = Function::new();
            function.secrets.put(source, Stage::Current, value);
            function.secrets.put(source, Stage::Previous, secret_of(source));
            assert_eq!(function.status(signed(source, b"{}").event()).await, 503, "{source}: {value:?}");
            assert!(function.queued().is_empty());
        }
    }
    for value in ["whsec_", "whsec_\n", "whsec", "whpk_AAAA", SECRET] {
        let function = Function::new();
        function.secrets.put("standard", Stage::Current, value);
        assert_eq!(function.status(signed("standard", b"{}").event()).await, 503, "{value:?}");
        assert!(function.queued().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_was_mended_counts_at_the_next_look() {
    let function = Function::new();
    function.secrets.put("standard", Stage::Current, "whsec_");
    assert_eq!(function.status(signed("standard", b"{}").event()).await, 503);
    function.secrets.put("standard", Stage::Current, secret_of("standard"));
    tokio::time::advance(std::time::Duration::from_secs(31)).await;
    assert_eq!(function.status(signed("standard", b"{}").event()).await, 202);
}
