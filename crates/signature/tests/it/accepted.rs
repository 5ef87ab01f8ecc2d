//! What is accepted, and what is read of it.

use crate::fixture::{Case, NOW, Sent, all, case};

#[test]
fn any_of_several_secrets_is_accepted_and_none_is_never_a_pass() {
    for it in all() {
        let sent = it.sign(&it.body(b"{}"));
        let other = match it.verifies_with.split_once('_') {
            Some(("whsec", _)) => "whsec_AAAA",
            Some(_) => "whpk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            None => "other",
        };
        assert!(it.verify_with(&sent, &[other, it.verifies_with], NOW).is_ok(), "{}", it.name);
        let reason = |secrets: &[&str]| it.verify_with(&sent, secrets, NOW).unwrap_err().reason();
        assert_eq!(reason(&[other]), "signature_mismatch", "{}", it.name);
        assert_eq!(reason(&[]), "secret_missing", "{}", it.name);
    }
}

#[test]
fn an_empty_body_is_told_apart_only_once_its_signature_is_right() {
    for it in all() {
        let sent = it.sign(b"");
        assert_eq!(it.verdict(&sent), "empty_body", "{}", it.name);
        assert_ne!(it.verdict(&Sent { body: b"{}".to_vec(), ..sent.clone() }), "empty_body", "{}", it.name);
        if it.name != "gitlab token" {
            let wrong = Case { signs_with: if it.signs_with == "s" { "t" } else { it.signs_with }, ..it.clone() };
            let sent = if it.signs_with == "s" { wrong.sign(b"") } else { it.sign(b"x") };
            let sent = Sent { body: Vec::new(), query: sent.query, headers: sent.headers };
            assert_ne!(it.verdict(&sent), "empty_body", "{}", it.name);
        }
    }
}

#[test]
fn freshness_works_both_ways_and_counts_the_bound() {
    let bounds = [
        ("stripe", 300),
        ("slack", 300),
        ("standard", 300),
        ("standard ed25519", 300),
        ("gitlab signature", 300),
        ("linear", 60),
        ("hmac with all options", 300),
    ];
    for (name, bound) in bounds {
        let it = case(name);
        let sent = it.sign(&it.body(b"{}"));
        let at =
            |now| it.verify_with(&sent, &[it.verifies_with], now).map_or_else(|error| error.reason(), |_| "accepted");
        assert_eq!(at(NOW + bound), "accepted", "{name}");
        assert_eq!(at(NOW + bound + 1), "timestamp_too_old", "{name}");
        assert_eq!(at(NOW - bound), "accepted", "{name}");
        assert_eq!(at(NOW - bound - 1), "timestamp_too_new", "{name}");
    }
    let timeless = all().into_iter().filter(|it| bounds.iter().all(|(name, _)| it.name != *name));
    for it in timeless {
        let sent = it.sign(b"{}");
        assert!(it.verify_with(&sent, &[it.verifies_with], i64::MAX).is_ok(), "{} signs no time", it.name);
    }
}

/// Scheme, body, headers; type, id of the delivery, id that is signed.
#[track_caller]
fn named(name: &str, body: &str, headers: &[(&str, &str)], expected: [Option<&str>; 3]) {
    let it = case(name);
    let mut sent = it.sign(body.as_bytes());
    sent.headers.extend(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let verified = it.verify(&sent).unwrap();
    let found = [&verified.event_type, &verified.delivery_id, &verified.signed_id].map(|it| it.as_deref());
    assert_eq!(found, expected, "{name}: {body}");
    assert_eq!(verified.handshake, None);
}

#[test]
fn type_and_id_come_from_where_the_sender_puts_them() {
    let github = [("X-GitHub-Event", "push"), ("X-GitHub-Delivery", "d1")];
    named("github", "{}", &github, [Some("push"), Some("d1"), None]);
    named("github", "{}", &[], [None, None, None]);
    let bitbucket = [("X-Event-Key", "repo:push"), ("X-Request-UUID", "r1")];
    named("bitbucket", "{}", &bitbucket, [Some("repo:push"), Some("r1"), None]);
    let shopify = [("X-Shopify-Topic", "orders/create"), ("X-Shopify-Webhook-Id", "w1")];
    named("shopify", "{}", &shopify, [Some("orders.create"), Some("w1"), None]);
    let gitlab = [("X-Gitlab-Event", "Merge Request Hook"), ("Idempotency-Key", "i1")];
    named("gitlab token", "{}", &gitlab, [Some("merge_request"), Some("i1"), None]);
    named("gitlab signature", "{}", &gitlab, [Some("merge_request"), Some("i1"), Some("msg_1")]);
    named("standard", "{\"type\":\"user.created\"}", &[], [Some("user.created"), None, Some("msg_1")]);
    named("standard", "[]", &[], [None, None, Some("msg_1")]);
    named("stripe", "{\"id\":\"evt_1\",\"type\":\"invoice.paid\"}", &[], [Some("invoice.paid"), None, Some("evt_1")]);
    named("stripe", "{\"id\":\"evt_1\",\"id\":\"evt_2\"}", &[], [None, None, None]);
    named("stripe", "{\"id\":7,\"type\":null}", &[], [None, None, None]);
    let linear = format!("{{\"type\":\"Issue\",\"action\":\"update\",\"webhookTimestamp\":{NOW}000}}");
    named("linear", &linear, &[("Linear-Delivery", "l1")], [Some("Issue.update"), Some("l1"), None]);
    let pagerduty = "{\"event\":{\"id\":\"01B\",\"event_type\":\"incident.triggered\",\"data\":{}}}";
    named("pagerduty", pagerduty, &[], [Some("incident.triggered"), None, Some("01B")]);
    let slack = "{\"type\":\"event_callback\",\"event_id\":\"Ev1\",\"event\":{\"type\":\"app_mention\"}}";
    named("slack", slack, &[], [Some("app_mention"), None, Some("Ev1")]);
    named("slack", "command=%2Fdeploy&text=x", &[], [Some("command"), None, None]);
    named("slack", "payload=%7B%22type%22%3A%22block_actions%22%7D", &[], [Some("block_actions"), None, None]);
    named("slack", "\u{0}", &[], [None, None, None]);
    named("twilio", "{}", &[("I-Twilio-Idempotency-Token", "t1")], [None, Some("t1"), None]);
    named("hmac with all options", "{}", &[("X-Acme-Event", "paid")], [Some("paid"), None, Some("msg_1")]);
}

#[test]
fn handshakes_are_answered_as_the_sender_asks() {
    let github = case("github");
    let ping = github.sign(b"{\"zen\":\"x\"}").with("X-GitHub-Event", "ping");
    assert_eq!(github.verify(&ping).unwrap().handshake.unwrap().body, "pong");
    let slack = case("slack");
    let verification = slack.sign(b"{\"token\":\"t\",\"challenge\":\"3eZbrw1aB\",\"type\":\"url_verification\"}");
    let handshake = slack.verify(&verification).unwrap().handshake.unwrap();
    assert_eq!((handshake.content_type, handshake.body.as_str()), ("text/plain; charset=utf-8", "3eZbrw1aB"));
    let bent = Sent { body: b"{\"challenge\":\"x\",\"type\":\"url_verification\"}".to_vec(), ..verification };
    assert_eq!(slack.verdict(&bent), "signature_mismatch");
}
