use hookline_signature::{Message, Scheme, Standard, public_key};

use crate::fixture::{TestRequest, WHPK, WHSK, all_cases, case, secret};

/// The signature was created by Python's package `cryptography` with the same key.
#[test]
fn accepts_ed25519_signature_of_another_implementation() {
    let case = case("standard ed25519");
    let headers = [
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        ("webhook-timestamp", "1614265330"),
        (
            "webhook-signature",
            "v1a,yoUrgEkc12aGqm0n4Sydmdz55xJfTz4AsAgieHFjmkR7LJtqVCZOQYzvvHjI5kAey+r4iaBGxTFRrl2iBQxtDQ==",
        ),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let sent = TestRequest { headers, query: Vec::new(), body: b"{\"test\": 2432232314}".to_vec() };
    assert_eq!(case.verdict(&sent), "accepted");
}

#[test]
fn public_key_belongs_to_the_signing_key() {
    assert_eq!(public_key(WHSK).as_deref(), Some(WHPK));
    for invalid_key in [WHPK, "whsec_AAAA", "", "whsk_AAAA"] {
        assert_eq!(public_key(invalid_key), None, "{invalid_key}");
    }
}

#[test]
fn secret_selects_the_kind_of_signature() {
    let (symmetric, asymmetric) = (case("standard"), case("standard ed25519"));
    let (hmac_signed, ed25519_signed) = (symmetric.sign(b"{}"), asymmetric.sign(b"{}"));
    // The verdict is not `malformed`: after a rotation to another kind of key, the function still has to read the
    // previous secret.
    assert_eq!(symmetric.verdict(&ed25519_signed), "signature_mismatch");
    assert_eq!(asymmetric.verdict(&hmac_signed), "signature_mismatch");
    let both = format!("{} {}", hmac_signed.header("webhook-signature"), ed25519_signed.header("webhook-signature"));
    let both = hmac_signed.with_header("webhook-signature", &both);
    assert_eq!((symmetric.verdict(&both), asymmetric.verdict(&both)), ("accepted", "accepted"));
}

#[test]
fn accepts_svix_header_names_but_no_mixture() {
    let case = case("standard");
    let sent = case.sign(b"{}");
    let svix: Vec<_> =
        sent.headers.iter().map(|(name, value)| (name.replace("webhook", "svix"), value.clone())).collect();
    assert_eq!(case.verdict(&TestRequest { headers: svix.clone(), ..sent.clone() }), "accepted");
    let mixed = TestRequest { headers: svix, ..sent.clone() }.with_header("webhook-id", "msg_2");
    assert_eq!(case.verdict(&mixed), "signature_missing");
}

#[test]
fn id_is_signed_and_must_not_contain_a_dot() {
    let case = case("standard");
    let sent = case.sign(b"{}");
    let verdict_with = |id: &str| case.verdict(&sent.clone().with_header("webhook-id", id));
    assert_eq!(verdict_with("msg_2"), "signature_mismatch");
    assert_eq!(verdict_with(""), "id_malformed");
    assert_eq!(case.verdict(&sent.clone().without_header("webhook-id")), "id_malformed");
    // The message was signed with the id `a`. The request has the id `a.<time>` and another time in the body.
    let message = Message { body: b"1614265330.{}", now: 1_614_265_330, id: "a", url: "", is_form: false };
    let signed = case.scheme.sign(message, &secret(case.signing_secret)).unwrap();
    let ambiguous = TestRequest { headers: signed.headers, query: Vec::new(), body: b"{}".to_vec() };
    assert_eq!(case.verdict(&ambiguous.with_header("webhook-id", "a.1614265330")), "id_malformed");
}

/// The vector of the reference library, which accepts its secret with and without a prefix:
/// <https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/python/tests/test_webhooks.py>.
#[test]
fn prefix_and_padding_of_a_secret_are_optional() {
    let headers = [
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        ("webhook-timestamp", "1614265330"),
        ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let sent = TestRequest { headers, query: Vec::new(), body: b"{\"test\": 2432232314}".to_vec() };
    let key = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    for form in [key.to_owned(), format!("whsec_{key}"), format!("v1,whsec_{key}"), format!("{key}\n")] {
        let verified = case("standard").verify_with(&sent, &[&form], crate::fixture::NOW);
        assert_eq!(verified.map(|_| ()), Ok(()), "{form}");
    }
    let other = case("standard").verify_with(&sent, &["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx"], crate::fixture::NOW);
    assert_eq!(other.map_err(|error| error.reason()).err(), Some("signature_mismatch"));
}

/// <https://github.com/openai/openai-python/blob/main/tests/lib/test_webhooks.py>
#[test]
fn accepts_published_signature_of_openai() {
    let headers = [
        ("webhook-id", "wh_685c059ae39c8190af8c71ed1022a24d"),
        ("webhook-timestamp", "1750861210"),
        ("webhook-signature", "v1,gUAg4R2hWouRZqRQG4uJypNS8YK885G838+EHb4nKBY="),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let body = "{\"id\": \"evt_685c059ae3a481909bdc86819b066fb6\", \"object\": \"event\", \"created_at\": 1750861210, \
                \"type\": \"response.completed\", \"data\": {\"id\": \"resp_123\"}}";
    let sent = TestRequest { headers, query: Vec::new(), body: body.into() };
    let key = "RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjYcmM24+Aj40c";
    for secret in [format!("whsec_{key}="), format!("whsec_{key}"), format!("{key}=")] {
        let verified = case("standard").verify_with(&sent, &[&secret], 1_750_861_210).unwrap();
        assert_eq!(verified.event_type.as_deref(), Some("response.completed"));
    }
}

#[test]
fn rejects_secret_that_is_not_a_key() {
    let case = case("standard");
    let sent = case.sign(b"{}");
    for key in [
        "whsec_",
        "whsec_!!!",
        "whsec",
        "foo_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whpk_AAAA",
        "whsk_AAAA",
        "whsec_AAAAAAA=",
        "not base64!",
        "v1,",
        WHSK,
    ] {
        let reason =
            |secrets: &[&str]| case.verify_with(&sent, secrets, crate::fixture::NOW).map_err(|error| error.reason());
        assert_eq!(reason(&[key]), Err("secret_unusable"), "{key}");
        assert_eq!(
            reason(&[key, case.verification_secret]),
            Err("secret_unusable"),
            "the current secret is unusable: {key}"
        );
        let checked = case.scheme.check_secret(&secret(key)).map_err(|error| error.reason());
        assert_eq!(checked, Err("secret_unusable"), "{key}");
    }
    let result = case.verify_with(&sent, &[case.verification_secret, "whsec_"], crate::fixture::NOW);
    assert!(result.is_ok(), "an unusable previous secret is ignored");
    let scheme = Scheme::Standard(Standard { tolerance: 300 });
    let message = Message { body: b"{}", now: 0, id: "a", url: "", is_form: false };
    assert!(scheme.sign(message, &secret(WHPK)).unwrap_err().to_string().contains("whsk_"));
}

#[test]
fn every_verification_secret_can_be_a_key_of_its_scheme() {
    for case in all_cases() {
        assert_eq!(case.scheme.check_secret(&secret(case.verification_secret)), Ok(()), "{}", case.name);
    }
}

#[test]
fn gitlab_token_must_be_text() {
    let binary = hookline_signature::Secret::new(b"\xff1234567".as_slice()).unwrap();
    assert!(case("gitlab token").scheme.check_secret(&binary).is_err());
    assert_eq!(case("github").scheme.check_secret(&binary), Ok(()));
}
