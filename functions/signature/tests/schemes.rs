//! What each scheme accepts and how it refuses, as tables and properties.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use hookline_signature::{Encoding, Github, Headers, Hmac, Message, Request, Scheme, Secret, VerifyError};
use proptest::prelude::*;

fn schemes() -> [Scheme; 3] {
    let hmac = |prefix: &str, encoding| Hmac { header: "X-Acme-Signature".into(), prefix: prefix.into(), encoding };
    [Scheme::Github(Github), Scheme::Hmac(hmac("v1=", Encoding::Hex)), Scheme::Hmac(hmac("", Encoding::Base64))]
}

fn secret(text: &str) -> Secret {
    Secret::new(text).unwrap()
}

fn verify(scheme: &Scheme, headers: Vec<(String, String)>, body: &[u8], secrets: &[Secret]) -> Result<(), VerifyError> {
    let headers = Headers::from_iter(headers);
    scheme.verify(Request { headers: &headers, body }, secrets, 0).map(|_| ())
}

#[track_caller]
fn refused(value: &str, reason: &str) {
    let headers = vec![("X-Hub-Signature-256".to_owned(), value.to_owned())];
    let verdict = verify(&Scheme::Github(Github), headers, b"Hello, World!", &[secret("s")]);
    assert_eq!(verdict.unwrap_err().reason(), reason, "{value:?}");
}

#[test]
fn each_way_of_failing_has_its_reason() {
    let tag = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    refused("", "signature_prefix");
    refused(tag, "signature_prefix");
    refused(&format!("sha1={tag}"), "signature_prefix");
    refused(&format!("SHA256={tag}"), "signature_prefix");
    refused(&format!(" sha256={tag}"), "signature_prefix");
    refused("sha256=", "signature_length");
    refused(&format!("sha256={tag} "), "signature_encoding");
    refused(&format!("sha256={tag}\0"), "signature_encoding");
    refused(&format!("sha256={},{tag}", &tag[..63]), "signature_encoding");
    refused("sha256=\u{661}\u{662}", "signature_encoding");
    refused(&format!("sha256={}", &tag[..62]), "signature_length");
    refused(&format!("sha256={tag}00"), "signature_length");
    refused(&format!("sha256={tag}"), "signature_mismatch");
}

#[test]
fn any_of_several_secrets_is_accepted() {
    for scheme in schemes() {
        let headers = scheme.sign(Message { body: b"{}", now: 0 }, &secret("old"));
        let both = [secret("new"), secret("old")];
        assert_eq!(verify(&scheme, headers.clone(), b"{}", &both), Ok(()));
        let neither = [secret("new"), secret("newer")];
        assert_eq!(verify(&scheme, headers, b"{}", &neither), Err(VerifyError::Mismatch { secrets: 2 }));
    }
}

#[test]
fn no_secret_is_never_a_pass() {
    for scheme in schemes() {
        let headers = scheme.sign(Message { body: b"{}", now: 0 }, &secret("s"));
        assert_eq!(verify(&scheme, headers, b"{}", &[]), Err(VerifyError::NoSecret));
    }
}

#[test]
fn an_empty_body_is_told_apart_only_once_its_signature_is_right() {
    for scheme in schemes() {
        let headers = scheme.sign(Message { body: b"", now: 0 }, &secret("s"));
        assert_eq!(verify(&scheme, headers.clone(), b"", &[secret("s")]), Err(VerifyError::EmptyBody));
        assert_eq!(verify(&scheme, headers, b"", &[secret("t")]), Err(VerifyError::Mismatch { secrets: 1 }));
    }
}

#[test]
fn base64_needs_its_padding() {
    let [_, _, scheme] = schemes();
    let mut headers = scheme.sign(Message { body: b"{}", now: 0 }, &secret("s"));
    headers[0].1 = headers[0].1.trim_end_matches('=').to_owned();
    let reason = verify(&scheme, headers, b"{}", &[secret("s")]).unwrap_err().reason();
    assert_eq!(reason, "signature_encoding");
}

#[test]
fn github_names_the_event_and_answers_a_ping() {
    let scheme = Scheme::Github(Github);
    let mut headers = scheme.sign(Message { body: b"{}", now: 0 }, &secret("s"));
    headers.push(("x-github-event".into(), "ping".into()));
    headers.push(("x-github-delivery".into(), "72d3162e-cc78-11e3-81ab-4c9367dc0958".into()));
    let headers = Headers::from_iter(headers);
    let verified = scheme.verify(Request { headers: &headers, body: b"{}" }, &[secret("s")], 0).unwrap();
    assert_eq!(verified.event_type.as_deref(), Some("ping"));
    assert_eq!(verified.delivery_id.as_deref(), Some("72d3162e-cc78-11e3-81ab-4c9367dc0958"));
    assert_eq!(verified.signed_id, None, "the delivery id is not signed");
    assert_eq!(verified.handshake.unwrap().body, "pong");
}

proptest! {
    #[test]
    fn what_was_signed_verifies(body in prop::collection::vec(any::<u8>(), 1..2048), key in "[ -~]{0,80}x") {
        for scheme in schemes() {
            let headers = scheme.sign(Message { body: &body, now: 0 }, &secret(&key));
            prop_assert_eq!(verify(&scheme, headers, &body, &[secret(&key)]), Ok(()));
        }
    }

    #[test]
    fn one_changed_bit_fails(body in prop::collection::vec(any::<u8>(), 1..256), at in any::<prop::sample::Index>(), bit in 0..8u8) {
        for scheme in schemes() {
            let headers = scheme.sign(Message { body: &body, now: 0 }, &secret("s"));
            let mut changed = body.clone();
            changed[at.index(body.len())] ^= 1u8 << bit;
            prop_assert!(verify(&scheme, headers, &changed, &[secret("s")]).is_err());
        }
    }

    #[test]
    fn no_value_of_the_header_makes_it_panic(value in any::<String>()) {
        for scheme in schemes() {
            let headers = vec![("X-Hub-Signature-256".into(), value.clone()), ("X-Acme-Signature".into(), value.clone())];
            let verdict = verify(&scheme, headers, b"{}", &[secret("s")]);
            prop_assert!(verdict.is_err());
        }
    }
}
