use hookline_signature::{Hmac, Scheme};

use crate::fixture::{Case, case, hmac};

#[test]
fn signed_id_is_required_and_must_be_unambiguous() {
    let case = case("hmac with all options");
    let sent = case.sign(b"{}");
    let verdict_with = |id: &str| case.verdict(&sent.clone().with_header("X-Acme-Id", id));
    assert_eq!(verdict_with("msg_1"), "accepted");
    assert_eq!(verdict_with("msg_2"), "signature_mismatch");
    assert_eq!(verdict_with("msg.1"), "id_malformed");
    assert_eq!(verdict_with(""), "id_malformed");
    assert_eq!(case.verdict(&sent.clone().without_header("X-Acme-Id")), "id_malformed");
}

#[test]
fn unsigned_id_is_only_the_delivery_id() {
    let template = "{timestamp}.{body}".parse().unwrap();
    let case = Case { scheme: Scheme::Hmac(Box::new(Hmac { template, ..hmac() })), ..case("hmac") };
    let verified = case.verify(&case.sign(b"{}").with_header("X-Acme-Id", "other")).unwrap();
    assert_eq!((verified.delivery_id.as_deref(), verified.signed_id), (Some("other"), None));
    assert!(case.verify(&case.sign(b"{}").without_header("X-Acme-Id")).is_ok());
}

#[test]
fn rejects_two_signatures_without_a_separator() {
    let case = Case { scheme: Scheme::Hmac(Box::new(Hmac { separator: None, ..hmac() })), ..case("hmac") };
    let sent = case.sign(b"{}");
    let valid = sent.header("X-Acme-Signature");
    assert_eq!(case.verdict(&sent), "accepted");
    assert_eq!(
        case.verdict(&sent.clone().with_header("X-Acme-Signature", &format!("{valid} {valid}"))),
        "signature_encoding"
    );
}
