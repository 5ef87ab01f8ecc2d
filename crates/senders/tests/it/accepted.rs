//! Accepted requests of the senders with specific expectations: secrets, empty bodies and times.

use crate::fixture::{NOW, TestRequest};
use crate::source::{NAMES, Source, secret, source};

/// Returns a body that the sender can sign.
fn body(name: &str) -> Vec<u8> {
    if name == "linear" { format!("{{\"webhookTimestamp\":{NOW}000}}").into() } else { b"{}".to_vec() }
}

#[test]
fn any_of_several_secrets_is_accepted_and_an_empty_list_is_rejected() {
    for name in NAMES {
        let source = source(name);
        let sent = source.sign(&body(name));
        let other = match source.stored_key.split_once('_') {
            Some(("whpk", _)) => "whpk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            Some(_) => "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            None => "other",
        };
        assert!(source.verify_with(&sent, &[other, &source.stored_key], NOW).is_ok(), "{name}");
        let reason = |secrets: &[&str]| source.verify_with(&sent, secrets, NOW).unwrap_err().reason();
        assert_eq!(reason(&[other]), "signature_mismatch", "{name}");
        assert_eq!(reason(&[]), "secret_missing", "{name}");
    }
}

#[test]
fn empty_body_is_reported_only_after_a_valid_signature() {
    for name in NAMES {
        let source = source(name);
        let sent = source.sign(b"");
        assert_eq!(source.verdict(&sent), "empty_body", "{name}");
        assert_ne!(source.verdict(&sent.clone().with_body("{}")), "empty_body", "{name}");
        if name != "gitlab" {
            let sent = if source.signing_key == "s" {
                Source { signing_key: "t".to_owned(), ..source.clone() }.sign(b"")
            } else {
                source.sign(b"x").with_body("")
            };
            assert_ne!(source.verdict(&sent), "empty_body", "{name}");
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
        ("gitlab-signed", 300),
        ("linear", 60),
        ("hmac with all options", 300),
    ];
    for (name, tolerance) in tolerances {
        let source = source(name);
        assert_eq!(source.scheme.tolerance().map(i64::from), Some(tolerance), "{name}");
        let sent = source.sign(&body(name));
        assert_eq!(source.verdict_at(&sent, NOW + tolerance), "accepted", "{name}");
        assert_eq!(source.verdict_at(&sent, NOW + tolerance + 1), "timestamp_too_old", "{name}");
        assert_eq!(source.verdict_at(&sent, NOW - tolerance), "accepted", "{name}");
        assert_eq!(source.verdict_at(&sent, NOW - tolerance - 1), "timestamp_too_new", "{name}");
    }
    for name in NAMES.into_iter().filter(|name| tolerances.iter().all(|(timed, _)| timed != name)) {
        let source = source(name);
        assert_eq!(source.verdict_at(&source.sign(b"{}"), i64::MAX), "accepted", "{name} does not sign the time");
        assert_eq!(source.scheme.tolerance(), None, "{name}");
    }
}

/// The last retry repeats the first time.
#[test]
fn default_tolerance_covers_the_retries_of_the_sender() {
    let tolerance = |sender: &str| Source::new(serde_json::json!({ "sender": sender })).scheme.tolerance().unwrap();
    assert!(tolerance("linear") > 60 + 3600 + 6 * 3600, "retries after 1 minute, 1 hour and 6 hours");
    assert!(tolerance("slack") > 60 + 300, "retries immediately, after 1 minute and after 5 minutes");
}

#[test]
fn only_the_token_of_gitlab_signs_no_body() {
    for name in NAMES {
        let source = source(name);
        assert_eq!(source.scheme.signs_body(), name != "gitlab", "{name}");
        assert_eq!(source.scheme.has_ids(), name != "hmac", "{name}");
    }
}

#[test]
fn every_stored_key_can_be_a_key_of_its_source() {
    for name in NAMES {
        let source = source(name);
        assert_eq!(source.scheme.check_secret(&secret(&source.stored_key)), Ok(()), "{name}");
    }
}

#[test]
fn token_must_be_text() {
    let binary = hookline_signature::Secret::new(b"\xff1234567".as_slice()).unwrap();
    assert!(source("gitlab").scheme.check_secret(&binary).is_err());
    assert_eq!(source("github").scheme.check_secret(&binary), Ok(()));
}

#[test]
fn handshake_is_signed_and_has_the_response_that_the_sender_requires() {
    let respond = |name: &str, sent: &TestRequest| {
        let source = source(name);
        sent.with_request("", |request| {
            let handshake = source.scheme.handshake(request)?;
            assert!(handshake.is_signed(), "{name}");
            let response = source.scheme.respond(handshake, request, &[secret("s")]).unwrap();
            Some((response.status, response.content_type, response.body))
        })
    };
    let github = source("github").sign(b"{\"zen\":\"x\"}");
    let expected = |body: &str| Some((200, "text/plain; charset=utf-8".to_owned(), body.to_owned()));
    assert_eq!(respond("github", &github), None);
    assert_eq!(respond("github", &github.with_header("X-GitHub-Event", "ping")), expected("pong"));
    let slack = source("slack");
    let verification = slack.sign(b"{\"token\":\"t\",\"challenge\":\"3eZbrw1aB\",\"type\":\"url_verification\"}");
    assert_eq!(slack.verdict(&verification), "accepted");
    assert_eq!(respond("slack", &verification), expected("3eZbrw1aB"));
    let modified = verification.with_body("{\"challenge\":\"x\",\"type\":\"url_verification\"}");
    assert_eq!(slack.verdict(&modified), "signature_mismatch");
}
