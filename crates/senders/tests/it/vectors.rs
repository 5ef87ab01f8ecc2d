//! Published vectors of the senders' files.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookline_senders::{Sender, Vector, VectorError};
use hookline_signature::Trust;

/// Vectors of the senders' tests and pages, by sender. Each has to stay in its sender's file.
const PUBLISHED: [(&str, &[&str]); 20] = [
    ("adyen", &["adyen-1"]),
    ("box", &["box-primary", "box-secondary"]),
    ("braintree", &["braintree-primitive"]),
    ("circleci", &["circleci-1", "circleci-2"]),
    ("dropbox-sign", &["dropbox-sign-base"]),
    ("easypost", &["easypost-1"]),
    ("finch", &["finch-1"]),
    ("gocardless", &["gocardless-1"]),
    ("hubspot", &["hubspot-v3"]),
    ("line", &["line-1"]),
    (
        "messagebird",
        &[
            "messagebird-valid-jwt-with-url-parameters-and-payload-post",
            "messagebird-token-received-on-different-url-parameters-were-sorted-out-of-order-get",
            "messagebird-payload-does-not-match-post",
            "messagebird-payload-was-removed-in-transit-post",
        ],
    ),
    ("modern-treasury", &["modern-treasury-1", "modern-treasury-2"]),
    ("openai", &["openai-1"]),
    ("orb", &["orb-1"]),
    ("paddle-billing", &["paddle-1", "paddle-standard_payload"]),
    ("sanity", &["sanity-1"]),
    ("sendgrid", &["sendgrid-ok", "sendgrid-key"]),
    ("square", &["square-1", "square-url-mismatch"]),
    ("vipps-mobilepay", &["vipps-mobilepay-1"]),
    ("wechat-pay", &["wechatpay-primitive"]),
];

#[test]
fn published_vectors_have_their_verdicts() {
    let mut count = 0;
    let mut problems = Vec::new();
    for slug in hookline_senders::slugs() {
        for vector in Sender::read(slug).unwrap().unwrap().vectors {
            let verdict = vector.verify(Some(slug));
            let expected = vector.expected == "valid";
            if verdict.as_ref().is_ok_and(|verdict| verdict.is_ok()) != expected {
                problems.push(format!("{}: {verdict:?}", vector.id));
            }
            if let Err(VectorError::Malformed { .. }) = verdict {
                problems.push(format!("{}: {verdict:?}", vector.id));
            }
            count += 1;
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(count >= 39, "{count} vectors");
}

fn vectors(slug: &str) -> Vec<Vector> {
    Sender::read(slug).unwrap().unwrap().vectors
}

#[test]
fn published_vectors_are_in_the_files_of_their_senders() {
    for (slug, ids) in PUBLISHED {
        let vectors = vectors(slug);
        for id in ids {
            assert!(vectors.iter().any(|vector| vector.id == *id && vector.source.is_some()), "{slug}: {id}");
        }
    }
}

/// A valid vector whose body, signed text or signature was changed is invalid.
#[test]
fn changed_vectors_are_rejected() {
    let is_valid = |slug: &str, vector: &Vector| matches!(vector.verify(Some(slug)), Ok(Ok(())));
    let mut count = 0;
    for slug in hookline_senders::slugs() {
        let sender = Sender::read(slug).unwrap().unwrap();
        for vector in sender.vectors.iter().filter(|vector| vector.expected == "valid") {
            let mut changed = vector.clone();
            let body = vector.body_b64.as_deref().map(|encoded| STANDARD.decode(encoded).unwrap());
            match (&vector.message, body) {
                (Some(message), _) => changed.message = Some(format!("{message} ")),
                (None, Some(body)) => changed.body_b64 = Some(STANDARD.encode([&body[..], b" "].concat())),
                (None, None) => changed.body = vector.body.as_ref().map(|body| format!("{body} ")),
            }
            let signs_change = vector.message.is_some() || sender.trust == Trust::Body;
            assert!(!signs_change || !is_valid(slug, &changed), "{}", vector.id);
            changed = vector.clone();
            changed.members.retain(|name, _| !name.contains("secret") && !name.contains("key"));
            changed.members.insert("secret".to_owned(), "another-key-0123456789".into());
            assert!(!is_valid(slug, &changed), "{}: another key", vector.id);
            count += 1;
        }
    }
    assert!(count >= 30, "{count} vectors");
}
