use hookline_signature::{Message, Scheme, Standard, public_key};

use crate::fixture::{Sent, WHPK, WHSK, case, secret};

/// Signed by Python's `cryptography` with the same key.
#[test]
fn an_ed25519_signature_that_somebody_else_has_made_is_accepted() {
    let it = case("standard ed25519");
    let headers = [
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        ("webhook-timestamp", "1614265330"),
        (
            "webhook-signature",
            "v1a,yoUrgEkc12aGqm0n4Sydmdz55xJfTz4AsAgieHFjmkR7LJtqVCZOQYzvvHjI5kAey+r4iaBGxTFRrl2iBQxtDQ==",
        ),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let sent = Sent { headers, query: Vec::new(), body: b"{\"test\": 2432232314}".to_vec() };
    assert_eq!(it.verdict(&sent), "accepted");
}

#[test]
fn the_public_key_is_that_of_the_signing_key() {
    assert_eq!(public_key(WHSK).as_deref(), Some(WHPK));
    for no_signing_key in [WHPK, "whsec_AAAA", "", "whsk_AAAA"] {
        assert_eq!(public_key(no_signing_key), None, "{no_signing_key}");
    }
}

#[test]
fn the_secret_says_which_signature_counts() {
    let (symmetric, asymmetric) = (case("standard"), case("standard ed25519"));
    let (one, other) = (symmetric.sign(b"{}"), asymmetric.sign(b"{}"));
    // Not malformed: after a rotation from the one kind to the other, the previous key is still to be asked for.
    assert_eq!(symmetric.verdict(&other), "signature_mismatch");
    assert_eq!(asymmetric.verdict(&one), "signature_mismatch");
    let both = format!("{} {}", one.header("webhook-signature"), other.header("webhook-signature"));
    let both = one.with("webhook-signature", &both);
    assert_eq!((symmetric.verdict(&both), asymmetric.verdict(&both)), ("accepted", "accepted"));
}

#[test]
fn svix_names_are_the_same_and_the_two_are_not_mixed() {
    let it = case("standard");
    let sent = it.sign(b"{}");
    let svix: Vec<_> =
        sent.headers.iter().map(|(name, value)| (name.replace("webhook", "svix"), value.clone())).collect();
    assert_eq!(it.verdict(&Sent { headers: svix.clone(), ..sent.clone() }), "accepted");
    let mixed = Sent { headers: svix, ..sent.clone() }.with("webhook-id", "msg_2");
    assert_eq!(it.verdict(&mixed), "signature_missing");
}

#[test]
fn an_id_is_signed_and_has_no_dot() {
    let it = case("standard");
    let sent = it.sign(b"{}");
    let with = |id: &str| it.verdict(&sent.clone().with("webhook-id", id));
    assert_eq!(with("msg_2"), "signature_mismatch");
    assert_eq!(with(""), "id_malformed");
    assert_eq!(it.verdict(&sent.clone().without("webhook-id")), "id_malformed");
    // What was signed as the id `a` at a time, read as the id `a.<time>` at a time that stands in the body.
    let message = Message { body: b"1614265330.{}", now: 1_614_265_330, id: "a", url: "", is_form: false };
    let signed = it.scheme.sign(message, &secret(it.signs_with)).unwrap();
    let split = Sent { headers: signed.headers, query: Vec::new(), body: b"{}".to_vec() };
    assert_eq!(it.verdict(&split.with("webhook-id", "a.1614265330")), "id_malformed");
}

#[test]
fn a_secret_that_is_no_key_is_never_a_pass() {
    let it = case("standard");
    let sent = it.sign(b"{}");
    for key in ["whsec_", "whsec_!!!", "whsec", "foo_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whpk_AAAA", "whsk_AAAA", WHSK]
    {
        let reason =
            |secrets: &[&str]| it.verify_with(&sent, secrets, crate::fixture::NOW).map_err(|error| error.reason());
        assert_eq!(reason(&[key]), Err("secret_unusable"), "{key}");
        assert_eq!(reason(&[key, it.verifies_with]), Err("secret_unusable"), "the one in force counts: {key}");
    }
    let previous_is_none = it.verify_with(&sent, &[it.verifies_with, "whsec_"], crate::fixture::NOW);
    assert!(previous_is_none.is_ok(), "the previous one is only another chance");
    let scheme = Scheme::Standard(Standard { tolerance: 300 });
    let message = Message { body: b"{}", now: 0, id: "a", url: "", is_form: false };
    assert!(scheme.sign(message, &secret(WHPK)).unwrap_err().to_string().contains("whsk_"));
}
