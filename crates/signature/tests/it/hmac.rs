use hookline_signature::{Hmac, Scheme};

use crate::fixture::{Case, case, hmac};

#[test]
fn a_signed_id_has_to_be_there_and_cannot_be_read_in_two_ways() {
    let it = case("hmac with all options");
    let sent = it.sign(b"{}");
    let with = |id: &str| it.verdict(&sent.clone().with("X-Acme-Id", id));
    assert_eq!(with("msg_1"), "accepted");
    assert_eq!(with("msg_2"), "signature_mismatch");
    assert_eq!(with("msg.1"), "id_malformed");
    assert_eq!(with(""), "id_malformed");
    assert_eq!(it.verdict(&sent.clone().without("X-Acme-Id")), "id_malformed");
}

#[test]
fn an_id_that_is_not_signed_only_names_the_delivery() {
    let template = "{timestamp}.{body}".parse().unwrap();
    let it = Case { scheme: Scheme::Hmac(Box::new(Hmac { template, ..hmac() })), ..case("hmac") };
    let verified = it.verify(&it.sign(b"{}").with("X-Acme-Id", "other")).unwrap();
    assert_eq!((verified.delivery_id.as_deref(), verified.signed_id), (Some("other"), None));
    assert!(it.verify(&it.sign(b"{}").without("X-Acme-Id")).is_ok());
}

#[test]
fn without_a_separator_two_signatures_are_none() {
    let it = Case { scheme: Scheme::Hmac(Box::new(Hmac { separator: None, ..hmac() })), ..case("hmac") };
    let sent = it.sign(b"{}");
    let good = sent.header("X-Acme-Signature");
    assert_eq!(it.verdict(&sent), "accepted");
    assert_eq!(it.verdict(&sent.clone().with("X-Acme-Signature", &format!("{good} {good}"))), "signature_encoding");
}
