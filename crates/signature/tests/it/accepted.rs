//! Accepted requests, and the metadata that each scheme reads from them.

use crate::fixture::{Case, NOW, TestRequest, all_cases, case};

#[test]
fn any_of_several_secrets_is_accepted_and_an_empty_list_is_rejected() {
    for case in all_cases() {
        let sent = case.sign(&case.body(b"{}"));
        let other = match case.verification_secret.split_once('_') {
            Some(("whsec", _)) => "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            Some(_) => "whpk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            None => "other",
        };
        assert!(case.verify_with(&sent, &[other, case.verification_secret], NOW).is_ok(), "{}", case.name);
        let reason = |secrets: &[&str]| case.verify_with(&sent, secrets, NOW).unwrap_err().reason();
        assert_eq!(reason(&[other]), "signature_mismatch", "{}", case.name);
        assert_eq!(reason(&[]), "secret_missing", "{}", case.name);
    }
}

#[test]
fn empty_body_is_reported_only_after_a_valid_signature() {
    for case in all_cases() {
        let sent = case.sign(b"");
        assert_eq!(case.verdict(&sent), "empty_body", "{}", case.name);
        assert_ne!(case.verdict(&TestRequest { body: b"{}".to_vec(), ..sent.clone() }), "empty_body", "{}", case.name);
        if case.name != "gitlab token" {
            let wrong_secret = Case {
                signing_secret: if case.signing_secret == "s" { "t" } else { case.signing_secret },
                ..case.clone()
            };
            let sent = if case.signing_secret == "s" { wrong_secret.sign(b"") } else { case.sign(b"x") };
            let sent = TestRequest { body: Vec::new(), query: sent.query, headers: sent.headers };
            assert_ne!(case.verdict(&sent), "empty_body", "{}", case.name);
        }
    }
}

#[test]
fn timestamp_tolerance_is_inclusive_in_both_directions() {
    let tolerances = [
        ("stripe", 300),
        ("slack", 300),
        ("standard", 300),
        ("standard ed25519", 300),
        ("gitlab signature", 300),
        ("linear", 60),
        ("hmac with all options", 300),
    ];
    for (name, tolerance) in tolerances {
        let case = case(name);
        let sent = case.sign(&case.body(b"{}"));
        let verdict_at = |now| {
            case.verify_with(&sent, &[case.verification_secret], now)
                .map_or_else(|error| error.reason(), |_| "accepted")
        };
        assert_eq!(verdict_at(NOW + tolerance), "accepted", "{name}");
        assert_eq!(verdict_at(NOW + tolerance + 1), "timestamp_too_old", "{name}");
        assert_eq!(verdict_at(NOW - tolerance), "accepted", "{name}");
        assert_eq!(verdict_at(NOW - tolerance - 1), "timestamp_too_new", "{name}");
    }
    let without_timestamp =
        all_cases().into_iter().filter(|case| tolerances.iter().all(|(name, _)| case.name != *name));
    for case in without_timestamp {
        let sent = case.sign(b"{}");
        assert!(
            case.verify_with(&sent, &[case.verification_secret], i64::MAX).is_ok(),
            "{} does not sign the time",
            case.name
        );
    }
}

/// Checks the event's type, delivery id and signed id for a scheme, a body and additional headers.
#[track_caller]
fn metadata_case(name: &str, body: &str, headers: &[(&str, &str)], expected: [Option<&str>; 3]) {
    let case = case(name);
    let mut sent = case.sign(body.as_bytes());
    sent.headers.extend(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let verified = case.verify(&sent).unwrap();
    let metadata = [&verified.event_type, &verified.delivery_id, &verified.signed_id].map(|value| value.as_deref());
    assert_eq!(metadata, expected, "{name}: {body}");
    assert_eq!(verified.handshake, None);
}

#[test]
fn gitlab_system_hook_has_the_type_of_its_body() {
    let system = [("X-Gitlab-Event", "System Hook")];
    for (body, expected) in [
        ("{\"object_kind\":\"push\",\"event_name\":\"push\"}", "push"),
        ("{\"event_name\":\"project_create\",\"project_id\":1}", "project_create"),
        ("{\"event_name\":\"user_add_to_team\"}", "user_add_to_team"),
        ("{\"object_kind\":\"\",\"event_name\":\"repository_update\"}", "repository_update"),
        ("{\"object_kind\":\"merge_request\",\"event_type\":\"x\"}", "merge_request"),
        ("{\"object_kind\":7}", "system"),
        ("not JSON", "system"),
    ] {
        for name in ["gitlab token", "gitlab signature"] {
            let case = case(name);
            let mut sent = case.sign(body.as_bytes());
            sent.headers.extend(system.map(|(name, value)| (name.to_owned(), value.to_owned())));
            assert_eq!(case.verify(&sent).unwrap().event_type.as_deref(), Some(expected), "{name}: {body}");
        }
    }
    metadata_case("gitlab token", "{\"object_kind\":\"push\"}", &[], [Some("push"), None, None]);
    let push = [("X-Gitlab-Event", "Push Hook")];
    metadata_case("gitlab token", "{\"object_kind\":\"tag_push\"}", &push, [Some("push"), None, None]);
}

/// A webhook that causes another one passes `X-Gitlab-Event-UUID` on to it.
#[test]
fn gitlab_delivery_without_idempotency_key_has_an_id_of_uuid_and_body() {
    let id = |headers: &[(&str, &str)], body: &[u8]| {
        let case = case("gitlab token");
        let mut sent = case.sign(body);
        sent.headers.extend(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        case.verify(&sent).unwrap().delivery_id
    };
    let uuid = ("X-Gitlab-Event-UUID", "u1");
    assert_eq!(id(&[("Idempotency-Key", "i1"), uuid], b"{}").as_deref(), Some("i1"));
    let first = id(&[uuid, ("Idempotency-Key", " ")], b"{}").unwrap();
    assert!(first.starts_with("u1."), "{first}");
    assert_eq!(id(&[uuid], b"{}"), Some(first.clone()));
    assert_ne!(id(&[uuid], b"[]"), Some(first.clone()));
    assert_ne!(id(&[("X-Gitlab-Event-UUID", "u2")], b"{}"), Some(first));
    assert_eq!(id(&[], b"{}"), None);
}

#[test]
fn only_the_token_of_gitlab_signs_no_body() {
    for case in all_cases() {
        assert_eq!(case.scheme.signs_body(), case.name != "gitlab token", "{}", case.name);
        assert_eq!(case.scheme.has_ids(), case.name != "hmac", "{}", case.name);
    }
}

#[test]
fn reads_type_and_ids_from_headers_or_body() {
    let github = [("X-GitHub-Event", "push"), ("X-GitHub-Delivery", "d1")];
    metadata_case("github", "{}", &github, [Some("push"), Some("d1"), None]);
    metadata_case("github", "{}", &[], [None, None, None]);
    let bitbucket = [("X-Event-Key", "repo:push"), ("X-Request-UUID", "r1")];
    metadata_case("bitbucket", "{}", &bitbucket, [Some("repo:push"), Some("r1"), None]);
    let shopify = [("X-Shopify-Topic", "orders/create"), ("X-Shopify-Webhook-Id", "w1")];
    metadata_case("shopify", "{}", &shopify, [Some("orders.create"), Some("w1"), None]);
    let gitlab = [("X-Gitlab-Event", "Merge Request Hook"), ("Idempotency-Key", "i1")];
    metadata_case("gitlab token", "{}", &gitlab, [Some("merge_request"), Some("i1"), None]);
    metadata_case("gitlab signature", "{}", &gitlab, [Some("merge_request"), Some("i1"), Some("msg_1")]);
    metadata_case(
        "bitbucket",
        "{\"webhookEvent\":\"jira:issue_updated\"}",
        &[],
        [Some("jira:issue_updated"), None, None],
    );
    metadata_case("stripe", "\u{feff}{\"type\":\"a[b].c\"}", &[], [Some("a[b].c"), None, None]);
    metadata_case("slack", "\u{feff}{\"event\":{\"type\":\"x\"}}", &[], [Some("x"), None, None]);
    metadata_case("standard", "{\"type\":\"user.created\"}", &[], [Some("user.created"), None, Some("msg_1")]);
    metadata_case("standard", "[]", &[], [None, None, Some("msg_1")]);
    metadata_case(
        "stripe",
        "{\"id\":\"evt_1\",\"type\":\"invoice.paid\"}",
        &[],
        [Some("invoice.paid"), None, Some("evt_1")],
    );
    metadata_case("stripe", "{\"id\":\"evt_1\",\"id\":\"evt_2\"}", &[], [None, None, None]);
    metadata_case("stripe", "{\"id\":7,\"type\":null}", &[], [None, None, None]);
    let linear = format!("{{\"type\":\"Issue\",\"action\":\"update\",\"webhookTimestamp\":{NOW}000}}");
    metadata_case("linear", &linear, &[("Linear-Delivery", "l1")], [Some("Issue.update"), Some("l1"), None]);
    let pagerduty = "{\"event\":{\"id\":\"01B\",\"event_type\":\"incident.triggered\",\"data\":{}}}";
    metadata_case("pagerduty", pagerduty, &[], [Some("incident.triggered"), None, Some("01B")]);
    let slack = "{\"type\":\"event_callback\",\"event_id\":\"Ev1\",\"event\":{\"type\":\"app_mention\"}}";
    metadata_case("slack", slack, &[], [Some("app_mention"), None, Some("Ev1")]);
    metadata_case("slack", "command=%2Fdeploy&text=x", &[], [Some("command"), None, None]);
    metadata_case("slack", "payload=%7B%22type%22%3A%22block_actions%22%7D", &[], [Some("block_actions"), None, None]);
    metadata_case("slack", "\u{0}", &[], [None, None, None]);
    metadata_case("twilio", "{}", &[("I-Twilio-Idempotency-Token", "t1")], [None, Some("t1"), None]);
    metadata_case("hmac with all options", "{}", &[("X-Acme-Event", "paid")], [Some("paid"), None, Some("msg_1")]);
}

#[test]
fn handshake_has_the_response_that_the_sender_requires() {
    let github = case("github");
    let ping = github.sign(b"{\"zen\":\"x\"}").with_header("X-GitHub-Event", "ping");
    assert_eq!(github.verify(&ping).unwrap().handshake.unwrap().body, "pong");
    let slack = case("slack");
    let verification = slack.sign(b"{\"token\":\"t\",\"challenge\":\"3eZbrw1aB\",\"type\":\"url_verification\"}");
    let handshake = slack.verify(&verification).unwrap().handshake.unwrap();
    assert_eq!((handshake.content_type, handshake.body.as_str()), ("text/plain; charset=utf-8", "3eZbrw1aB"));
    let modified =
        TestRequest { body: b"{\"challenge\":\"x\",\"type\":\"url_verification\"}".to_vec(), ..verification };
    assert_eq!(slack.verdict(&modified), "signature_mismatch");
}
